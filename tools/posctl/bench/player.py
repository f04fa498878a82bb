# SPDX-License-Identifier: MIT
"""Plays steps on a running terminal: sends with a bound, waits, expects, lets it finish.

`wait` and `expect` look at the screen that is there *after* all that was sent: one from before the
last message counts only once the firmware has consumed it. Expects of slips and events look at
everything since the last message that followed an expect, so several may ask about one slip.
"""

from posctl.bench.errors import EXIT_UNMET, LineError
from posctl.bench.link import Link
from posctl.bench.script import EXPECT_TIMEOUT_S, WAIT_TIMEOUT_S, Expect, Send, Step, Wait

WINDOW = 32  # messages ahead of what the firmware has consumed; it queues 64
_WINDOW_S = 30.0  # a terminal that reads nothing for so long gets the next message all the same
FINISH_S = 200.0  # the longest answer time-out twice over, and a reversal


class Player:
    """Drives one Link."""

    def __init__(self, link: Link) -> None:
        self.link = link

    def play(self, step: Step) -> None:
        """Play one step; LineError when a wait or an expect is not met."""
        if isinstance(step, Send):
            self.send(step.message)
        elif isinstance(step, Wait):
            if not self.wait(step.screen, step.timeout_s):
                text = f"waited {step.timeout_s:g} s for {step.screen}, {self.where()}"
                raise LineError(step.line, text, EXIT_UNMET)
        elif not self.expect(step.want, step.timeout_s):
            raise LineError(step.line, f"expected {described(step)}, {self.where()}", EXIT_UNMET)

    def send(self, message: dict) -> None:
        """Send one bench link message, a bounded number ahead of the firmware."""
        self.link.wait_for(lambda present: present.ahead < WINDOW, _WINDOW_S)
        self.link.send(message)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.send({"do": "key", "key": key})

    def wait(self, screen: str, timeout_s: float = WAIT_TIMEOUT_S) -> bool:
        """Whether the screen came up in time."""
        return self.link.wait_for(lambda present: present.shows(screen), timeout_s)

    def asked(self, screens: tuple, timeout_s: float = WAIT_TIMEOUT_S) -> str | None:
        """Return which of the screens waits for an answer, None when none came in time."""
        met = self.link.wait_for(
            lambda present: any(present.asks(screen) for screen in screens), timeout_s
        )
        return self.screen if met else None

    def expect(self, want: dict, timeout_s: float = EXPECT_TIMEOUT_S) -> bool:
        """Whether the condition came true in time."""
        if not self.link.wait_for(lambda present: present.meets(want), timeout_s):
            return False
        with self.link.changed:
            self.link.present.note_expected()
        return True

    def finish(self, timeout_s: float = FINISH_S) -> bool:
        """Let the terminal end what it is doing; False when it was still at it."""
        return self.link.wait_for(lambda present: present.settled(), timeout_s)

    @property
    def screen(self) -> str:
        """The id of the screen that is up."""
        with self.link.changed:
            return self.link.present.screen

    @property
    def lines(self) -> tuple:
        """The lines of that screen."""
        with self.link.changed:
            return self.link.present.lines

    def where(self) -> str:
        """Where the terminal is, for an error line."""
        return f"the screen is {self.screen or 'not there yet'}"


def described(step: Expect) -> str:
    """An expect in words."""
    want = step.want
    if "ev" in want:
        rest = ", ".join(f"{name} {want[name]!r}" for name in want if name != "ev")
        return f"the event {want['ev']}" + (f" with {rest}" if rest else "")
    if "screen" in want:
        return want["screen"] + (f" with {want['contains']!r}" if "contains" in want else "")
    return f"a slip with {want['print']!r}"
