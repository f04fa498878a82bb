# SPDX-License-Identifier: MIT
"""What flows may ask: one screen at a time, one setter, screens return values.

Every prompt ends with an answer, or raises Cancelled on CANCEL and when its time is up. Display,
inputs, buzzer and log are the board's (core/ports.py); a test script is another kind of `inputs`.
What is typed and swiped is in entry.py, which is loaded while somebody types or swipes.
"""

from pos.core.errors import Cancelled
from pos.core.money import format_minor
from pos.ui.strings import response_text, text


class Prompts:
    """Screens of one terminal."""

    def __init__(self, board: object, profile: object) -> None:
        self.board = board
        self.profile = profile
        self.screen = ""
        self._lines = ()

    def word(self, name: str, *values: object) -> str:
        """Return a word in the terminal's language, with its values put in."""
        found = text(self.profile.lang, name)
        return found % values if values else found

    def response(self, code: str) -> str:
        """Return the meaning of an F39 code."""
        return response_text(self.profile.lang, code)

    def money(self, amount_minor: int) -> str:
        """Return an amount line."""
        return self.word("amount", self.profile.currency_sign, format_minor(amount_minor))

    def show(self, screen: str, *lines: str) -> None:
        """Set the screen: its own title, then the lines."""
        self.screen = screen
        self._lines = lines
        self.board.display.show(screen, [self.word(screen)] + list(lines))

    def state(self) -> tuple:
        """Return the screen as it is, for `restore`."""
        return self.screen, self._lines

    def restore(self, state: tuple) -> None:
        """Show a screen again after an interruption, unless it is still there."""
        if self.screen != state[0]:
            self.show(state[0], *state[1])

    def beep(self, kind: str) -> None:
        """Sound: `ok`, `error` or `key`."""
        self.board.buzzer.beep(kind)

    async def event(self, timeout_s: int) -> tuple:
        """Return the next ("key", name) or ("swipe", flux); None when the time is up."""
        return await self.board.inputs.get(timeout_s * 1000)

    async def key(self) -> str:
        """Return the next key of a prompt; Cancelled on CANCEL or time-out."""
        while True:
            event = await self.event(self.profile.prompt_timeout_s)
            if event is None:
                raise Cancelled("timeout")
            if event[0] == "key":
                if event[1] == "CANCEL":
                    raise Cancelled("cancel")
                return event[1]

    async def dismiss(self, screen: str, *lines: str) -> None:
        """Show an outcome until ENTER, CANCEL, CLEAR or its time is up."""
        if self.screen != screen or lines:
            self.show(screen, *lines)
        while True:
            event = await self.event(self.profile.outcome_timeout_s)
            if event is None or event[1] in ("ENTER", "CANCEL", "CLEAR"):
                return

    async def confirm(self, screen: str, *lines: str) -> None:
        """Return on ENTER; Cancelled otherwise."""
        self.show(screen, *lines)
        while await self.key() != "ENTER":
            self.beep("error")

    async def yes(self, screen: str, *lines: str) -> bool:
        """Return whether ENTER was pressed; CANCEL and time-out are no."""
        try:
            await self.confirm(screen, *lines)
        except Cancelled:
            return False
        return True

    async def pause(self, screen: str, timeout_s: int) -> None:
        """Show a screen until any key, or until its short time is up."""
        self.show(screen)
        await self.event(timeout_s)

    async def yes_or_ready(self, screen: str, printer: object, *lines: str) -> bool:
        """Return True on ENTER or once the printer is ready again, False on CANCEL."""
        self.show(screen, *lines)
        for _ in range(self.profile.prompt_timeout_s):
            event = await self.event(1)
            if event == ("key", "CANCEL"):
                return False
            if event == ("key", "ENTER") or await printer.status() == "ok":
                return True
        return False

    async def number(self, screen: str, digits_max: int, shown: object, typed: str = "") -> int:
        """Return the number typed, 0 for ENTER alone. `shown(value)` makes its line."""
        from pos.ui import entry

        return await entry.number(self, screen, digits_max, shown, typed)

    async def amount(self, first: str = "") -> int:
        """Return an amount in minor units, 1 to the profile's maximum."""
        from pos.ui import entry

        return await entry.amount(self, first)

    async def digits(self, screen: str, least: int, most: int) -> str:
        """Return `least` to `most` digits as typed, leading zeros and all; "" for ENTER alone
        where `least` is 0."""
        from pos.ui import typing

        return await typing.digits(self, screen, least, most)

    async def code(self, screen: str) -> str:
        """Return an authorisation code: six digits or letters."""
        from pos.ui import typing

        return await typing.code(self, screen)

    async def date(self, screen: str) -> str:
        """Return MMDD, "" for ENTER alone."""
        from pos.ui import typing

        return await typing.date(self, screen)

    async def expiry(self, screen: str) -> str:
        """Return YYMM, typed as the card has it (MMYY); "" for ENTER alone."""
        from pos.ui import typing

        return await typing.expiry(self, screen)

    async def pan(self, screen: str) -> bytearray:
        """Return a typed card number with a right check digit, for the caller to wipe."""
        from pos.ui import typing

        return await typing.pan(self, screen)

    async def password(self, expected: str) -> None:
        """Ask for the supervisor's password; Refused after three wrong ones."""
        from pos.ui import entry

        await entry.password(self, expected)

    async def pin(self, optional: bool, *lines: str) -> object:
        """Return the PIN in a bytearray the caller wipes, or None where it was skipped."""
        from pos.ui import entry

        return await entry.pin(self, optional, lines)

    async def card(self, *lines: str) -> object:
        """Return an accepted card; asks again after a read that cannot be used."""
        from pos.ui import entry

        return await entry.card(self, lines)

    async def other_card(self, *lines: str) -> object:
        """Return the card that receives a transfer."""
        from pos.ui import entry

        return await entry.card(self, lines, "transfer.card")

    def read(self, flux: object) -> object:
        """Decode one swipe to a card; CardError with what was seen and the word for the screen."""
        from pos.ui import entry

        return entry.read(flux)
