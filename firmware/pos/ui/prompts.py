# SPDX-License-Identifier: MIT
"""What flows may ask: one screen at a time, one setter, screens return values.

Every prompt ends with an answer, or raises Cancelled on CANCEL and when its time is up. Display,
inputs and buzzer are ports (core/ports.py); a test script is another implementation of `inputs`.
"""

from pos.core.carddata import wipe
from pos.core.errors import Cancelled, CardError, Refused
from pos.core.money import format_minor
from pos.ui.strings import response_text, text

_PIN_MIN = 4  # ISO 9564-1
_PIN_MAX = 12
_PASSWORD_TRIES = 3


class Prompts:
    """Screens of one terminal."""

    def __init__(self, display: object, inputs: object, buzzer: object, profile: object) -> None:
        self._display = display
        self._inputs = inputs
        self._buzzer = buzzer
        self._profile = profile
        self._pin = bytearray(_PIN_MAX)
        self.screen = ""
        self._lines = ()

    def word(self, name: str, *values: object) -> str:
        """Return a word in the terminal's language, with its values put in."""
        found = text(self._profile.lang, name)
        return found % values if values else found

    def response(self, code: str) -> str:
        """Return the meaning of an F39 code."""
        return response_text(self._profile.lang, code)

    def money(self, amount_minor: int) -> str:
        """Return an amount line."""
        return self.word("amount", self._profile.currency_sign, format_minor(amount_minor))

    def show(self, screen: str, *lines: str) -> None:
        """Set the screen: its own title, then the lines."""
        self.screen = screen
        self._lines = lines
        self._display.show(screen, [self.word(screen)] + list(lines))

    def state(self) -> tuple:
        """Return the screen as it is, for `restore`."""
        return self.screen, self._lines

    def restore(self, state: tuple) -> None:
        """Show a screen again after an interruption, unless it is still there."""
        if self.screen != state[0]:
            self.show(state[0], *state[1])

    def beep(self, kind: str) -> None:
        """Sound: `ok`, `error` or `key`."""
        self._buzzer.beep(kind)

    async def event(self, timeout_s: int) -> tuple:
        """Return the next ("key", name) or ("swipe", flux); None when the time is up."""
        return await self._inputs.get(timeout_s * 1000)

    async def key(self) -> str:
        """Return the next key of a prompt; Cancelled on CANCEL or time-out."""
        while True:
            event = await self.event(self._profile.prompt_timeout_s)
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
            event = await self.event(self._profile.outcome_timeout_s)
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
        for _ in range(self._profile.prompt_timeout_s):
            event = await self.event(1)
            if event == ("key", "CANCEL"):
                return False
            if event == ("key", "ENTER") or await printer.status() == "ok":
                return True
        return False

    async def number(self, screen: str, digits_max: int, shown: object, typed: str = "") -> int:
        """Return a number typed on the screen, 0 for ENTER alone. `shown(value)` makes its line.
        """
        while True:
            self.show(screen, shown(int(typed or "0")), self.word("keys.amount"))
            key = await self.key()
            if key == "ENTER":
                return int(typed or "0")
            if key == "CLEAR":
                typed = typed[:-1]
            elif key in ("0", "00") or (len(key) == 1 and "1" <= key <= "9"):
                longer = (typed + key).lstrip("0")
                if len(longer) <= digits_max:
                    typed = longer
                else:
                    self.beep("error")

    async def amount(self, first: str = "") -> int:
        """Return an amount in minor units, 1 to the profile's maximum."""
        highest = self._profile.amount_max_minor
        while True:
            amount_minor = await self.number("sale.amount", 12, self.money, first.lstrip("0"))
            if 0 < amount_minor <= highest:
                return amount_minor
            self.beep("error")
            first = ""

    async def password(self, expected: str) -> None:
        """Ask for the supervisor's password; Refused after three wrong ones."""
        for _ in range(_PASSWORD_TRIES):
            typed = await self._secret("role.password", len(self._pin), "")
            right = bytes(self._pin[:typed]) == expected.encode()
            wipe(self._pin)
            if right:
                return
            self.beep("error")
        raise Refused("role.wrong")

    async def pin(self, *lines: str) -> object:
        """Return the PIN in a bytearray the caller wipes, or None where it was skipped."""
        optional = self._profile.pin_optional
        hint = self.word("pin.skip") if optional else ""
        try:
            while True:
                typed = await self._secret("pin.enter", _PIN_MAX, hint, *lines)
                if typed >= _PIN_MIN:
                    return self._pin[:typed]
                if not typed and optional:
                    return None
                self.beep("error")
                hint = self.word("pin.short")
        finally:
            wipe(self._pin)

    async def _secret(self, screen: str, longest: int, hint: str, *lines: str) -> int:
        """Collect digits into the PIN buffer behind asterisks; return how many."""
        count = 0
        while True:
            self.show(screen, *(list(lines) + ["*" * count, hint]))
            key = await self.key()
            if key == "ENTER":
                return count
            if key == "CLEAR":
                count = 0
                wipe(self._pin)
            elif len(key) == 1 and "0" <= key <= "9" and count < longest:
                self._pin[count] = ord(key)
                count += 1

    async def card(self, *lines: str) -> object:
        """Return an accepted card; asks again after a read that cannot be used."""
        self.show("card.swipe", *lines)
        while True:
            event = await self.event(self._profile.prompt_timeout_s)
            if event is None:
                raise Cancelled("timeout")
            if event == ("key", "CANCEL"):
                raise Cancelled("cancel")
            if event[0] == "swipe":
                try:
                    return self.read(event[1])
                except CardError as error:
                    self.bad_swipe(error, *lines)

    def bad_swipe(self, error: CardError, *lines: str) -> None:
        """Say that a swipe was of no use."""
        self.beep("error")
        self.show("card.swipe", self.word("card.again"), *lines)

    def read(self, flux: object) -> object:
        """Decode one swipe to a card; CardError with the reason."""
        from pos.card.reader import read_card

        swipe = read_card(flux)
        try:
            if not swipe.accepted:
                raise CardError(swipe.reason or "unreadable")
            return swipe.card()
        finally:
            swipe.wipe()
