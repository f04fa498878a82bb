# SPDX-License-Identifier: MIT
"""What is known of the terminal from its events: its screen, what it consumed, what it printed.

No threads and no waiting here: events go in with `feed`, questions are answered at once.
"""

from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache

from posctl.errors import ToolError

_KEPT_EVENTS = 1000  # for expects; a step never needs to look back further
# the terminal is at work, whatever it reads
_BUSY_SCREENS = ("boot", "signon", "host.wait", "settle.busy", "download.busy")


@dataclass
class Present:
    """`screen` is the id shown now ("" before the first), `seen` how many lines it consumed."""

    screen: str = ""
    lines: tuple = ()
    sent: int = 0
    seen: int = -1
    cut_op: int | None = None
    fatal: str | None = None
    end: dict | None = None
    events: deque = field(default_factory=lambda: deque(maxlen=_KEPT_EVENTS))
    _shown: set = field(default_factory=set)  # screens that came up since the last message
    _expected: bool = False

    def feed(self, event: dict) -> None:
        """Take one event of the firmware."""
        kind = event["ev"]
        if kind == "screen":
            self.screen = str(event.get("id", ""))
            self.lines = tuple(str(line) for line in event.get("lines") or ())
            self._shown.add(self.screen)
        elif kind == "idle":
            self.seen = int(event.get("seen", self.seen))
        elif kind == "cut":
            self.cut_op = int(event.get("op", 0))
        elif kind == "fatal":
            self.fatal = str(event.get("error", "no reason given"))
        elif kind == "end":
            self.end = event
        self.events.append(event)

    def note_sent(self) -> None:
        """A message goes out: the screen is stale, and what an expect has looked at is past."""
        self.sent += 1
        self._shown.clear()
        if self._expected:
            self.events.clear()
            self._expected = False

    def note_expected(self) -> None:
        """An expect was met; the next message ends the events it and its neighbours look at."""
        self._expected = True

    @property
    def ahead(self) -> int:
        """How many messages the firmware has not reported as consumed."""
        return self.sent - max(self.seen, 0)

    def shows(self, screen: str) -> bool:
        """Whether the screen came up since the last message, or is there and all is consumed.

        One that came and went counts: a busy screen may be gone before anybody looks.
        """
        return screen in self._shown or (self.screen == screen and self.seen >= self.sent)

    def asks(self, screen: str) -> bool:
        """Whether the screen is there and everything sent before has been consumed."""
        return self.screen == screen and self.seen >= self.sent

    def settled(self) -> bool:
        """Whether it waits for input, has consumed all there was, and is not at work."""
        return self.seen >= self.sent and self.screen not in _BUSY_SCREENS

    def meets(self, want: dict) -> bool:
        """Whether an expect's condition holds."""
        if "ev" in want:
            return any(_matches(event, want) for event in self.events)
        if "screen" in want:
            text = "\n".join(self.lines)
            return self.shows(want["screen"]) and want.get("contains", "") in text
        return any(want["print"] in text for text in self.slips())

    def slips(self) -> list[str]:
        """The text of the slips printed since the last message that followed an expect."""
        return [slip_text(event) for event in self.events if event["ev"] == "print"]


def _matches(event: dict, want: dict) -> bool:
    return all(name in event and event[name] == want[name] for name in want)


def slip_bytes(event: dict) -> bytes:
    """The printer bytes of a print event; ToolError when they are not hex."""
    try:
        return bytes.fromhex(event["hex"])
    except (KeyError, TypeError, ValueError) as error:
        raise ToolError("the firmware sent a print event without hex") from error


def slip_text(event: dict) -> str:
    """The text of a print event as it stands on paper."""
    return _rendered(slip_bytes(event))


@lru_cache(maxsize=32)
def _rendered(data: bytes) -> str:
    from posctl.receipt import render_text

    return render_text(data)
