# SPDX-License-Identifier: MIT
"""Card accounts: who the issuer knows, PIN, balance, limits, and the card's three tracks.

Track layouts: ISO/IEC 7813 (1 and 2), ISO 4909 as Chinese issuers fill it (3), magstripe.md 1.4
to 1.6. Balances are in minor units; what pre-authorisations hold of them: holds.py.
"""

import re
from dataclasses import dataclass

from acquirer_sim.database import Conflict, Row
from acquirer_sim.errors import AcquirerError, decline
from acquirer_sim.store import Store

PIN_TRIES = 3
_MAX_MINOR = 10**12 - 1  # F4 has 12 digits
_TRACK2_DIGITS = 37  # without sentinels and LRC
_DISCRETIONARY_DIGITS = 13
_SCHEMES = (("62", "CUP"), ("9", "CUP"), ("4", "VIS"), ("35", "JCB"), ("34", "AMX"), ("37", "AMX"))
_ISSUER = {"CUP": "01020000", "VIS": "48000001", "MCC": "55000001", "JCB": "35000001"}

# status of an account: F39 of the issuer, "" = in order
STATUSES = {
    "ok": "",
    "pickup": "04",
    "inactive": "21",
    "lost": "41",
    "stolen": "43",
    "restricted": "57",
}
# status of an account in order whose approvals are another F39 than 00 (unionpay.md 6)
APPROVALS = {"vip": "11", "approved-a2": "A2", "approved-a4": "A4", "approved-a5": "A5"}
APPROVALS["approved-a6"] = "A6"
_ALL_STATUSES = (*STATUSES, *APPROVALS)


@dataclass(frozen=True)
class Card:
    """A card to add to the table; `kind` is one word for scripts, `note` a line for people."""

    pan: str
    pin: str
    balance_minor: int
    kind: str = "added"
    note: str = ""
    name: str = "TEST/CARD"
    expiry: str = "3012"  # YYMM
    service: str = "120"
    track3: bool = True
    pin_required: bool = False
    status: str = "ok"
    limit_minor: "int | None" = None  # for one transaction


def luhn_ok(pan: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    total = 0
    for place, digit in enumerate(reversed(pan)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def mask(pan: str) -> str:
    """First six and last four digits."""
    if len(pan) < 13:
        return "*" * len(pan)
    return pan[:6] + "*" * (len(pan) - 10) + pan[-4:]


def scheme_of(pan: str) -> str:
    """F63.1 of a PAN, by its first digits."""
    for prefix, scheme in _SCHEMES:
        if pan.startswith(prefix):
            return scheme
    return "MCC" if pan[0] in "25" else "CUP"


def check(card: Card) -> None:
    """Refuse a card that no stripe or PIN pad could carry."""
    rules = (
        (re.fullmatch(r"[0-9]{13,19}", card.pan), "pan: must be 13 to 19 digits"),
        (card.pan.isdecimal() and luhn_ok(card.pan), "pan: the check digit is wrong"),
        (re.fullmatch(r"[0-9]{4,12}", card.pin), "pin: must be 4 to 12 digits"),
        (0 <= card.balance_minor <= _MAX_MINOR, f"balance: must be 0 to {_MAX_MINOR}"),
        (re.fullmatch(r"[0-9]{2}(0[1-9]|1[0-2])", card.expiry), "expiry: must be YYMM"),
        (re.fullmatch(r"[0-9]{3}", card.service), "service: must be three digits"),
        (re.fullmatch(r"[A-Z0-9 ./-]{2,26}", card.name), "name: 2 to 26 of A-Z 0-9 space . / -"),
        (card.status in _ALL_STATUSES, f"status: must be one of {', '.join(_ALL_STATUSES)}"),
    )
    for holds, text in rules:
        if not holds:
            raise AcquirerError(text)


def tracks(card: Card) -> "dict[str, str | None]":
    """Return the texts of the stripe, sentinels included, as a reader prints them."""
    room = min(_DISCRETIONARY_DIGITS, _TRACK2_DIGITS - len(card.pan) - 8)
    tail = card.expiry + card.service + "0000012300000"[:room]
    three = f";99{card.pan}=15615609999999960010160000000100000{card.expiry}0=0=0=0000000123?"
    return {
        "1": f"%B{card.pan}^{card.name}^{tail}?",
        "2": f";{card.pan}={tail}?",
        "3": three if card.track3 else None,
    }


def add(store: Store, card: Card) -> None:
    """Add one card; inside a transaction of the caller."""
    check(card)
    secret = {"pan": card.pan, "pin": card.pin, "tracks": tracks(card)}
    secret.update(name=card.name, expiry=card.expiry, service=card.service)
    scheme = scheme_of(card.pan)
    try:
        store.db.execute(
            "INSERT INTO accounts(fingerprint, secret, balance_minor, limit_minor, status,"
            " pin_required, scheme, issuer, kind, note) VALUES(?,?,?,?,?,?,?,?,?,?)",
            (
                store.vault.fingerprint(card.pan),
                store.vault.seal_json(secret),
                card.balance_minor,
                card.limit_minor,
                card.status,
                card.pin_required,
                scheme,
                _ISSUER.get(scheme, "01020000"),
                card.kind,
                card.note,
            ),
        )
    except Conflict:
        raise AcquirerError(f"card {mask(card.pan)} is in the table already") from None


def find(store: Store, pan: str) -> "Row | None":
    """Return the account of a PAN."""
    found = store.db.execute(
        "SELECT * FROM accounts WHERE fingerprint=?", (store.vault.fingerprint(pan),)
    )
    return found.fetchone()


def check_pin(store: Store, account: Row, pin: str) -> None:
    """Compare a PIN and keep count: 55 when wrong, 75 once the tries are used up."""
    if account["pin_tries"] >= PIN_TRIES:
        raise decline("75")
    right = store.vault.open_json(account["secret"])["pin"] == pin
    tries = 0 if right else account["pin_tries"] + 1
    store.db.execute("UPDATE accounts SET pin_tries=? WHERE id=?", (tries, account["id"]))
    if not right:
        raise decline("55")


def move(store: Store, account_id: int, change_minor: int) -> None:
    """Change a balance."""
    store.db.execute(
        "UPDATE accounts SET balance_minor=balance_minor+? WHERE id=?", (change_minor, account_id)
    )


def describe(store: Store, account: Row, held_minor: int = 0) -> dict:
    """One card as `posctl acquirer cards --json` gives it: whole, for the bench.

    `balance_minor` is the balance with holds and all, `available_minor` what can be spent.
    """
    secret = store.vault.open_json(account["secret"])
    return {
        "pan": secret["pan"],
        "pin": secret["pin"],
        "balance_minor": account["balance_minor"],
        "held_minor": held_minor,
        "available_minor": account["balance_minor"] - held_minor,
        "tracks": secret["tracks"],
        "kind": account["kind"],
        "note": account["note"],
        "scheme": account["scheme"],
        "status": account["status"],
        "pin_required": bool(account["pin_required"]),
        "pin_tries_left": max(0, PIN_TRIES - account["pin_tries"]),
        "limit_minor": account["limit_minor"],
        "expiry": secret["expiry"],
        "service": secret["service"],
        "name": secret["name"],
    }
