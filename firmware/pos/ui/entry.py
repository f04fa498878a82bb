# SPDX-License-Identifier: MIT
"""What operator and cardholder enter: numbers, amounts, passwords, PIN and card."""

from micropython import const

from pos.core import modules
from pos.core.carddata import wipe
from pos.core.errors import Cancelled, CardError, Refused

_PIN_MIN = const(4)  # ISO 9564-1
_PIN_MAX = const(12)
_PASSWORD_TRIES = const(3)
_CARD_TRIES = const(3)  # then another card is asked for


async def number(
    prompts: object, screen: str, digits_max: int, shown: object, typed: str = ""
) -> int:
    """Return a number typed on the screen, 0 for ENTER alone. `shown(value)` makes its line."""
    while True:
        prompts.show(screen, shown(int(typed or "0")), prompts.word("keys.amount"))
        key = await prompts.key()
        if key == "ENTER":
            return int(typed or "0")
        if key == "CLEAR":
            typed = typed[:-1]
        elif key in ("0", "00") or (len(key) == 1 and "1" <= key <= "9"):
            longer = (typed + key).lstrip("0")
            if len(longer) <= digits_max:
                typed = longer
            else:
                prompts.beep("error")


async def amount(prompts: object, first: str) -> int:
    """Return an amount in minor units, 1 to the profile's maximum; `first` is typed already."""
    highest = prompts.profile.amount_max_minor
    first = first.lstrip("0")
    while True:
        amount_minor = await number(prompts, "sale.amount", 12, prompts.money, first)
        if 0 < amount_minor <= highest:
            return amount_minor
        prompts.beep("error")
        first = ""


async def password(prompts: object, expected: str) -> None:
    """Ask for the supervisor's password; Refused after three wrong ones."""
    buffer = bytearray(_PIN_MAX)
    for _ in range(_PASSWORD_TRIES):
        typed = await _secret(prompts, "role.password", buffer, ("",))
        right = bytes(buffer[:typed]) == expected.encode()
        wipe(buffer)
        if right:
            return
        prompts.beep("error")
    raise Refused("role.wrong")


async def pin(prompts: object, optional: bool, lines: tuple) -> object:
    """Return the PIN in a bytearray the caller wipes, or None where it may be skipped and was."""
    hint = prompts.word("pin.skip" if optional else "pin.needed")
    buffer = bytearray(_PIN_MAX)
    try:
        while True:
            typed = await _secret(prompts, "pin.enter", buffer, lines + (hint,))
            if typed >= _PIN_MIN:
                return buffer[:typed]
            if not typed and optional:
                return None
            prompts.beep("error")
            hint = prompts.word("pin.short")
    finally:
        wipe(buffer)


async def _secret(prompts: object, screen: str, buffer: bytearray, lines: tuple) -> int:
    """Collect digits into the buffer behind asterisks; return how many."""
    count = 0
    while True:
        prompts.show(screen, *(lines[:-1] + ("*" * count, lines[-1])))
        key = await prompts.key()
        if key == "ENTER":
            return count
        if key == "CLEAR":
            count = 0
            wipe(buffer)
        elif len(key) == 1 and "0" <= key <= "9" and count < len(buffer):
            buffer[count] = ord(key)
            count += 1


async def card(prompts: object, lines: tuple, screen: str = "card.swipe") -> object:
    """Return an accepted card; asks again after a read that cannot be used."""
    prompts.show(screen, *lines)
    tries = 0
    while True:
        event = await prompts.event(prompts.profile.prompt_timeout_s)
        if event is None:
            raise Cancelled("timeout")
        if event == ("key", "CANCEL"):
            raise Cancelled("cancel")
        if event[0] == "swipe":
            try:
                return read(event[1])
            except CardError as error:
                tries += error.word == "card.again"
                prompts.board.log("swipe", error.reason)
                prompts.beep("error")
                worn = error.word == "card.again" and tries >= _CARD_TRIES
                hint = prompts.word("card.another" if worn else error.word)
                prompts.show(screen, hint, *lines)
                modules.trim()  # the next swipe needs its 9 KB in whole pieces


def read(flux: object) -> object:
    """Decode one swipe to a card; CardError with what was seen and what the cashier can do."""
    modules.trim()
    from pos.card.reader import read_card

    swipe = read_card(flux)
    try:
        error = None if swipe.accepted else _explain(swipe, flux)
        if isinstance(flux, list):
            flux[:] = (None, None, None)  # some 9 KB: a frame that is done may still point at it
        if error:
            raise error
        return swipe.card()
    finally:
        swipe.wipe()


def _explain(swipe: object, flux: object) -> CardError:
    from pos.card import diagnose

    return diagnose.report(swipe, flux)
