# SPDX-License-Identifier: MIT
"""What an operator types that is no amount: references, codes, dates, a card number."""

from micropython import const

from pos.core.carddata import mask_pan, wipe

_CODE_LEN = const(6)  # F38
_PAN_MIN = const(13)
_PAN_MAX = const(19)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


async def digits(prompts: object, screen: str, least: int, most: int) -> str:
    """Return digits as typed; nothing at all is taken where `least` is 0."""
    typed = ""
    while True:
        prompts.show(screen, typed, prompts.word("keys.amount"))
        key = await prompts.key()
        if key == "ENTER" and len(typed) >= least:
            return typed
        if key == "CLEAR":
            typed = typed[:-1]
        elif key != "ENTER" and key.isdigit() and len(typed) + len(key) <= most:
            typed += key
        else:
            prompts.beep("error")


async def code(prompts: object, screen: str) -> str:
    """Return six characters; UP and DOWN turn the last one through digits and letters."""
    typed = ""
    while True:
        prompts.show(screen, typed, prompts.word("code.hint"))
        key = await prompts.key()
        if key == "ENTER" and len(typed) == _CODE_LEN:
            return typed
        if key == "CLEAR":
            typed = typed[:-1]
        elif key in ("UP", "DOWN") and typed:
            at = _LETTERS.find(typed[-1]) + (1 if key == "UP" else -1)
            typed = typed[:-1] + _LETTERS[at % len(_LETTERS)]
        elif key.isdigit() and len(typed) + len(key) <= _CODE_LEN:
            typed += key
        else:
            prompts.beep("error")


async def date(prompts: object, screen: str) -> str:
    """Return MMDD that can be a date; "" where it is not known."""
    while True:
        typed = await digits(prompts, screen, 0, 4)
        if not typed or (len(typed) == 4 and _is_date(int(typed[:2]), int(typed[2:]))):
            return typed
        prompts.beep("error")


def _is_date(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= (29 if month == 2 else 30 + (month + month // 8) % 2)


async def expiry(prompts: object, screen: str) -> str:
    """Return YYMM of a card that shows MMYY; "" where it shows none."""
    while True:
        typed = await digits(prompts, screen, 0, 4)
        if not typed:
            return ""
        if len(typed) == 4 and 1 <= int(typed[:2]) <= 12:
            return typed[2:] + typed[:2]
        prompts.beep("error")


async def pan(prompts: object, screen: str) -> bytearray:
    """Return 13 to 19 digits with a right check digit; the screen shows them as 6+4."""
    buffer = bytearray(_PAN_MAX)
    count = 0
    try:
        while True:
            shown = mask_pan(buffer[:count]) if count else ""
            prompts.show(screen, shown, prompts.word("keys.amount"))
            key = await prompts.key()
            if key == "CLEAR":
                count = max(0, count - 1)
            elif key == "ENTER" and count >= _PAN_MIN and _luhn(buffer, count):
                return buffer[:count]
            elif key != "ENTER" and key.isdigit() and count + len(key) <= _PAN_MAX:
                for char in key.encode():
                    buffer[count] = char
                    count += 1
            else:
                prompts.beep("error")
    finally:
        wipe(buffer)


def _luhn(buffer: bytearray, count: int) -> bool:
    total = 0
    for place in range(count):
        value = (buffer[count - 1 - place] - 0x30) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
