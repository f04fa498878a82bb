# SPDX-License-Identifier: MIT
"""The menu as data, and the keys of the idle screen that lead to the same functions."""

from micropython import const

from pos.core.errors import Cancelled

_WINDOW = const(8)  # lines of a display
_DIGITS = const(9)  # items that a digit reaches

# function, shortcut key on the idle screen; the words are "menu.<function>"
ITEMS = (
    ("sale", "F1"),
    ("void", "F2"),
    ("settle", "F3"),
    ("signon", "F4"),
    ("signoff", ""),
    ("reprint", "F8"),
    ("resettle", ""),
    ("loadkeys", ""),
    ("balance", "F5"),
    ("refund", "F6"),
    ("preauth", "F7"),
    ("preauthvoid", ""),
    ("completion", ""),
    ("completionvoid", ""),
    ("preauthmore", ""),
    ("advice", ""),
    ("offline", ""),
    ("adjust", ""),
    ("tip", ""),
    ("transfer", ""),
    ("query", ""),
    ("params", ""),
    ("hotlist", ""),
    ("status", ""),
    ("echo", ""),
)


def by_key(key: str) -> str:
    """Return the function of a shortcut key, or ""."""
    for function, shortcut in ITEMS:
        if shortcut and shortcut == key:
            return function
    return ""


async def choose(prompts: object) -> str:
    """Show the menu and return the chosen function; Cancelled when none is.

    A digit chooses one of the first nine at once; UP, DOWN and ENTER reach them all.
    """
    at = 0
    while True:
        prompts.show("menu", *_lines(prompts, at))
        key = await prompts.key()
        if key in ("UP", "DOWN"):
            at = (at + (1 if key == "DOWN" else -1)) % len(ITEMS)
        elif key == "ENTER":
            return ITEMS[at][0]
        elif len(key) == 1 and "1" <= key <= str(_DIGITS):
            return ITEMS[int(key) - 1][0]
        elif key == "MENU":
            raise Cancelled("menu")
        else:
            prompts.beep("error")


def _lines(prompts: object, at: int) -> list:
    """Return the part of the menu around the marked item."""
    first = max(0, min(at - _WINDOW // 2, len(ITEMS) - _WINDOW))
    return [
        "%s%d %s" % (">" if i == at else " ", i + 1, prompts.word("menu." + ITEMS[i][0]))
        for i in range(first, first + _WINDOW)
    ]
