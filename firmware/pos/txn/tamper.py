# SPDX-License-Identifier: MIT
"""The case was opened: the keys go at once, and the terminal stays out of service.

For a transaction under way it is a power cut: its intent is on flash, and its reversal goes out
once the terminal has keys again.
"""

from micropython import const

import asyncio

from pos.core import modules
from pos.core.errors import PowerOff
from pos.keystore import wipe

_WAIT_S = const(3600)


async def run(board: object, prompts: object) -> None:
    """Erase the keys, unless that was done, and say so until the inputs end.

    Keys and swipes are taken and dropped. KeyStoreError: the flash could not be erased.
    """
    flash = board.partition("keys")
    if not wipe.finish(flash):
        wipe.tamper(flash)
        board.log("tamper", "keys erased")
    modules.trim()
    prompts.show("tampered")
    while True:
        try:
            await prompts.event(_WAIT_S)
        except PowerOff:
            return
        except asyncio.CancelledError:
            # Tampered with again; on MicroPython also the wait that was cancelled first, which
            # hands its own end on to whoever waits now.
            continue
