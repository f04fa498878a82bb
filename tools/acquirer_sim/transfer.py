# SPDX-License-Identifier: MIT
"""Transfer from card to card: 0200, F3 400000, F60.1 50. In no total; always with a PIN.

The receiving card is in F62 (ASCII) or, the other layout, in F48 (20 digits, zeros in front).
"""

from acquirer_sim import accounts, issuer
from acquirer_sim.deal import Deal
from acquirer_sim.errors import decline

_WRONG_ACCOUNT = "A3"


def transfer(deal: Deal) -> None:
    """Debit the card that was swiped, credit the other."""
    issuer.check_card(deal)
    issuer.check_pin(deal, required=True)
    pan = _receiver(deal)
    other = accounts.find(deal.store, pan)
    if not other or other["id"] == deal.account["id"]:
        raise decline(_WRONG_ACCOUNT)
    if accounts.STATUSES.get(other["status"], ""):
        raise decline(_WRONG_ACCOUNT)
    issuer.check_funds(deal)
    deal.move(-deal.amount_minor)
    accounts.move(deal.store, other["id"], deal.amount_minor)
    deal.columns.update(other_id=other["id"], other_pan=accounts.mask(pan))
    deal.new_auth()
    deal.approve()


def _receiver(deal: Deal) -> str:
    sent = bytes.fromhex(deal.request.get(62))
    if not sent:
        return deal.request.get(48).lstrip("0")
    if not sent.isdigit():
        raise decline(_WRONG_ACCOUNT)
    return sent.decode("ascii")
