# SPDX-License-Identifier: MIT
"""What every flow is handed: the terminal's parts, by name, and the small steps flows share."""

from pos.core import modules
from pos.core.deal import Deal
from pos.core.errors import KeyStoreError, NoAnswer, NotSent, PosError, Refused


class Context:
    """Parts of one terminal. Flows take it as their only link to the world."""

    def __init__(
        self, profile: object, ledger: object, open_keys: object, make_host: object, board: object
    ) -> None:
        self.profile = profile
        self.ledger = ledger
        self._open_keys = open_keys
        self._keys = None
        self._make_host = make_host
        self.clock = board.clock
        self.log = board.log
        self.prompts = None  # ui.prompts.Prompts
        self._printer = board.printer
        self._printing = None
        self.signed_on = False
        self.signed_off = False  # by the operator: then nobody signs on but the operator
        self.note = ""  # words for the next idle screen
        self.requirement = ""  # processing requirement of the last answer (header digit 6)

    @property
    def keys(self) -> object:
        """The key store: opened when a flow first asks for it, until `rest`."""
        if self._keys is None:
            self._keys = self._open_keys()
        return self._keys

    @property
    def printing(self) -> object:
        """The printing service, until `rest`."""
        if self._printing is None:
            from pos.txn.printing import Printing

            self._printing = Printing(self, self._printer)
        return self._printing

    def lighten(self) -> None:
        """Before slip code is loaded: let go of keys and of the stages before."""
        self._keys = None
        modules.trim()

    def rest(self) -> None:
        """Between two flows: let go of all that only a flow needs."""
        self._printing = None
        self.lighten()

    @property
    def host(self) -> object:
        """The acquirer, for one exchange; its code is loaded here, trimmed by the next stage."""
        modules.trim()
        return self._make_host()

    def now(self) -> str:
        """Terminal time as YYYYMMDDhhmmss."""
        return "%04d%02d%02d%02d%02d%02d" % self.clock.now()[:6]

    def host_time(self, date: str, time: str) -> str:
        """YYYYMMDDhhmmss of the host's F13 and F12; the year is ours, all of it where absent."""
        now = self.now()
        if len(date) != 4 or len(time) != 6:
            return now
        year = int(now[:4])
        if date[:2] == "12" and now[4:6] == "01":
            year -= 1
        elif date[:2] == "01" and now[4:6] == "12":
            year += 1
        return "%04d%s%s" % (year, date, time)

    def check_ready(self) -> None:
        """Raise Refused with what stands in the way before a card is read."""
        if not self.keys.has_tmk():
            raise Refused("no.tmk")
        if self.ledger.settling:
            raise Refused("settling")
        self.ledger.check_room()

    def new_deal(self, kind: int, amount_minor: int, card: object, pin: object) -> Deal:
        """Return a deal of a swiped card, without its voucher number."""
        deal = Deal()
        deal.kind = kind
        deal.amount_minor = amount_minor
        deal.pan_masked = card.masked
        deal.card_hash = self.keys.card_hash(card.pan)
        deal.entry_mode = "021" if pin else "022"
        deal.operator = self.profile.operator
        deal.time = self.now()
        return deal


def error_word(error: PosError) -> str:
    """Return the id of the words that tell the operator what happened and what to do."""
    if isinstance(error, NotSent):
        return "link.down"
    if isinstance(error, NoAnswer):
        return "no.answer"
    if isinstance(error, KeyStoreError):
        return "key.bad"
    return error.reason
