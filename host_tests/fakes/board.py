# SPDX-License-Identifier: MIT
"""A board in memory, for both runtimes: the ports of core/ports.py with a reactive cashier.

    nor = NorMemory(FLASH_BYTES)
    board = FakeBoard(nor, Cashier([Sale(12850, CARD, "123456"), Settle()]), transport)
    aio.run(app.main(board))

The cashier answers each screen for the action in hand, and raises on a screen it does not know.
When its actions are used up the next idle screen ends the run, as a closed bench link would.
"""

from fakes.flash import NorMemory, PowerCut
from pos.core.errors import PowerOff
from pos.ui.menu import ITEMS

FLASH_BYTES = 573440
PARTITIONS = {
    "keys": (0, 16384),
    "counter": (16384, 16384),
    "journal": (32768, 491520),
    "params": (524288, 8192),
    "hotlist": (532480, 40960),
}
DEVICE_KEY = bytes(range(32))
PROFILE = {
    "terminal": "12345678",
    "merchant": "898310054110001",
    "merchant_name": "测试便利店",
    "answer_timeout_s": 1,
    "connect_timeout_s": 1,
}
DISMISSED = (
    "outcome.approved",
    "outcome.declined",
    "outcome.unknown",
    "settle.done",
    "signon.done",
    "signoff.done",
    "keys.done",
    "error",
    "store.full",
    "print.tear",
    "download.done",
)


class Sale:
    """One sale; `flux` is what the head delivers, pin "" skips the PIN."""

    def __init__(self, amount_minor: int, flux: tuple, pin: str = "") -> None:
        self.key = "F1"
        self.answers = {
            "sale.amount": list(str(amount_minor)) + ["ENTER"],
            "card.swipe": [flux],
            "pin.enter": list(pin) + ["ENTER"],
        }


class Void:
    """Void of one voucher (0: the last sale)."""

    def __init__(self, stan: int, flux: tuple, pin: str = "", password: str = "123456") -> None:
        self.key = "F2"
        self.answers = {
            "role.password": list(password) + ["ENTER"],
            "void.voucher": list(str(stan or "")) + ["ENTER"],
            "card.swipe": [flux],
            "pin.enter": list(pin) + ["ENTER"],
        }


class Settle:
    """Settlement, with or without the list."""

    def __init__(self, detail: bool = False) -> None:
        self.key = "F3"
        self.answers = {
            "settle.confirm": ["ENTER"],
            "settle.sure": ["ENTER"],
            "settle.detail": ["ENTER" if detail else "CANCEL"],
        }


class Press:
    """Any other key of the idle screen, and the answers its screens want."""

    def __init__(self, key: str, answers: object = None) -> None:
        self.key = key
        self.answers = answers or {}


class Function(Press):
    """A function of the menu, by its name."""

    def __init__(self, function: str, answers: object = None) -> None:
        names = [name for name, _ in ITEMS]
        super().__init__("MENU", {"menu": ["DOWN"] * names.index(function) + ["ENTER"]})
        self.answers.update(answers or {})


class Cashier:
    """Inputs port."""

    def __init__(self, actions: list) -> None:
        self.actions = list(actions)
        self.display = None
        self._action = None
        self._queue = []
        self._answered = ""

    async def get(self, timeout_ms: int) -> tuple:
        """Return the next input of the action in hand; the answer "TIMEOUT" lets the time pass."""
        screen = self.display.screen
        if not self._queue:
            self._queue = self._answers(screen)
        answer = self._queue.pop(0)
        if answer == "TIMEOUT":
            return None
        return ("swipe", answer) if isinstance(answer, tuple) else ("key", answer)

    def drop(self, everything: bool) -> bool:
        """Nothing is typed while the terminal waits for the host."""
        return False

    def _answers(self, screen: str) -> list:
        if screen == "idle":
            if not self.actions:
                raise PowerOff("no more actions")
            self._action = self.actions.pop(0)
            return [self._action.key]
        if self._action and screen in self._action.answers:
            return list(self._action.answers[screen])
        if screen == "settle.detail":
            return ["CANCEL"]  # a settlement taken up again at boot
        if screen in DISMISSED:
            return ["ENTER"]
        raise AssertionError("the cashier has no answer for the screen %s" % screen)


class FakeDisplay:
    """Display port that keeps what was shown."""

    def __init__(self) -> None:
        self.screen = ""
        self.shown = []

    def show(self, screen: str, lines: list) -> None:
        """Keep the screen."""
        self.screen = screen
        self.shown.append((screen, lines))

    def beep(self, kind: str) -> None:
        """Buzzer port."""


class FakePrinter:
    """Printer port: `paper` holds whole slips; a slip without its proof is not on it."""

    def __init__(self, paper: list) -> None:
        self.paper = paper
        self.states = []  # answers of status(), then "ok"
        self._written = b""

    async def status(self) -> str:
        """Return the next scripted state."""
        return self.states.pop(0) if self.states else "ok"

    async def write(self, data: bytes) -> None:
        """Take bytes."""
        self._written += bytes(data)

    async def proof(self) -> bool:
        """The slip is on the paper."""
        self.paper.append(self._written)
        self._written = b""
        return True


class FakeClock:
    """A clock just below the wrap of its ticks that moves on its own, a little a look."""

    def __init__(self) -> None:
        self.calendar = (2026, 11, 22, 10, 24, 36)
        self._ticks = 0x3FFFFFF0

    def now(self) -> tuple:
        """Return the calendar."""
        return self.calendar

    def ticks_ms(self) -> int:
        """Return a wrapping counter."""
        self._ticks = (self._ticks + 1) & 0x3FFFFFFF
        return self._ticks

    def ticks_diff(self, end: int, start: int) -> int:
        """Return end - start across the wrap."""
        return (end - start) & 0x3FFFFFFF


class KeyPort:
    """Key port: whoever plays the loader finds the way in here, while it is open."""

    loader = None


class FakeBoard:
    """Board port over a NorMemory. `transport` makes a Transport; after a cut it is not asked."""

    def __init__(
        self, nor: object, cashier: Cashier, transport: object, paper: list, **profile: object
    ) -> None:
        self.nor = nor
        self.clock = FakeClock()
        self.display = FakeDisplay()
        self.buzzer = self.display
        self.tracks = (1, 2, 3)
        self.inputs = cashier
        self.key_port = KeyPort()
        self.pin_pad = None
        self.printer = FakePrinter(paper)
        self.logged = []
        self._transport = transport
        self._values = dict(PROFILE)
        self._values.update(profile)
        self._seed = 1
        self.spare = {}
        cashier.display = self.display

    def start(self, tampered: object) -> None:
        """Nothing to listen to: the cashier answers when asked; a test may call `tampered`."""
        self.tampered = tampered

    def profile(self) -> dict:
        """Return the parameters."""
        return self._values

    def partition(self, name: str) -> object:
        """Return a partition with the bench's layout; a smaller flash has a smaller journal.

        What comes after the journal is then on chips of their own in `spare`: blank at power on,
        unless the test puts them there.
        """
        offset, size = PARTITIONS[name]
        if offset < self.nor.size:
            return self.nor.partition(offset, min(size, self.nor.size - offset))
        if name not in self.spare:
            self.spare[name] = NorMemory(size)
        return self.spare[name].partition(0, size)

    def device_key(self) -> bytes:
        """Return the fixed key."""
        return DEVICE_KEY

    def random(self, length: int) -> bytes:
        """Return bytes that differ from call to call and not from run to run."""
        out = bytearray(length)
        for i in range(length):
            self._seed = (self._seed * 1103 + 12345) & 0xFFFFFF
            out[i] = self._seed >> 8 & 0xFF
        return bytes(out)

    def transport(self, profile: object) -> object:
        """Return an unopened connection."""
        if self.nor.dead:
            raise PowerCut("no power for the network")
        return self._transport()

    def log(self, event: str, text: str) -> None:
        """Keep the report."""
        self.logged.append((event, text))
