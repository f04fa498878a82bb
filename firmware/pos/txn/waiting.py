# SPDX-License-Identifier: MIT
"""The keypad while an exchange waits: CANCEL where it is safe, and no keys for the next screen.

CANCEL ends what was not sent yet: there is nothing to reverse. After that it is refused with a
beep. What else is typed while `host.wait` is up is dropped, so that nobody dismisses an outcome
before it is there. Other screens that wait let type-ahead stand, as it was meant for the next one;
where an outcome is shown already (a reversal goes out behind it) its keys are left to it.
"""

from micropython import const

_SCREENS = ("host.wait", "signon", "settle.busy")
_SHOWN_S = const(3)  # a wait that is shorter needs no counter


class Waiting:
    """What pos.acquirer.exchange calls a watch."""

    def __init__(self, prompts: object) -> None:
        self._prompts = prompts
        self._screen, self._lines = prompts.state()
        self._refused = False
        self._shown_s = _SHOWN_S - 1

    def look(self, sent: bool, waited_s: int) -> bool:
        """Return whether to give up; the exchange does so only as long as nothing is sent."""
        prompts, screen = self._prompts, self._screen
        if screen not in _SCREENS or prompts.screen != screen:
            return False
        if prompts.board.inputs.drop(screen == "host.wait"):
            if not sent:
                return True
            prompts.beep("error")
            self._refused = True
            self._shown_s = -1
        if waited_s < self._shown_s:  # the time of the answer begins
            self._shown_s = _SHOWN_S - 1
        if self._refused and self._shown_s < 0 or waited_s > self._shown_s:
            self._shown_s = waited_s
            self._show(waited_s)
        return False

    def done(self) -> None:
        """The exchange is over."""
        if self._screen == "host.wait" and self._prompts.screen == self._screen:
            self._prompts.board.inputs.drop(True)

    def _show(self, waited_s: int) -> None:
        prompts = self._prompts
        lines = list(self._lines)
        if waited_s >= _SHOWN_S:
            lines.append(prompts.word("wait.seconds", waited_s))
        if self._refused:
            lines.append(prompts.word("wait.sent"))
        prompts.show(self._screen, *lines)
