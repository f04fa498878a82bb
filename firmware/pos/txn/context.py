# SPDX-License-Identifier: MIT
"""What every flow is handed: the terminal's parts, by name (steps.py: what flows share)."""

from pos.core import modules


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
        self.offset_s = 0  # of the host's clock to the board's (hostclock.py)
        self.clock_state = 0  # of hostclock.py
        self.signed_on = False
        self.signed_date = ""  # YYYYMMDD of the sign-on, by the host's clock
        self.signed_off = False  # by the operator: then nobody signs on but the operator
        self.card = None  # read by the flow at work; flows.py wipes it
        self.event = ("", "")  # what ended the idle screen, for the flow that it begins
        self.note = ""  # words for the next idle screen
        self.backup_left = 0  # exchanges for which the backup host stays the first
        self.requirement = ""  # processing requirement to be met (header digit 6)
        self.passed_over = ""  # requirements that are not tried again until the next power on

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
        self.ledger.rest()
        self.lighten()

    def require(self, digit: str) -> None:
        """Note what an answer's header asks for (txn/requirement.py); a sign-on comes first."""
        if digit != "0" and digit not in self.passed_over and self.requirement != "3":
            self.requirement = digit

    @property
    def host(self) -> object:
        """The acquirer, for one exchange; its code is loaded here, trimmed by the next stage."""
        self._printing = None
        modules.trim()
        return self._make_host()

    def calendar(self) -> tuple:
        """Terminal time as (year, month, day, hour, minute, second): the host's, once known."""
        now = self.clock.now()[:6]
        if not self.offset_s:
            return now
        from pos.core import calendar

        return calendar.moment(calendar.seconds(now) + self.offset_s)

    def now(self) -> str:
        """Terminal time as YYYYMMDDhhmmss."""
        return "%04d%02d%02d%02d%02d%02d" % self.calendar()
