# SPDX-License-Identifier: MIT
"""A new bench terminal: its state directory, and one random TMK in it and in the acquirer's books.

The acquirer is asked first, as it gives the number; when a later step fails, no half-made state
directory stays behind.
"""

import secrets
from pathlib import Path

from acquirer_sim import AcquirerError, register_terminal
from posctl import statedir
from posctl.errors import ToolError

_TMK_BYTES = 16  # double length; F60.3 of sign-on is 003


def make_terminal(folder: Path, database: Path, terminal: str | None, values: dict) -> dict:
    """Make the terminal and register it; return what may be told of it (no key)."""
    if values["algorithm"] != "tdes":
        raise ToolError(f"algorithm {values['algorithm']}: not built yet, use tdes")
    statedir.check_free(folder)
    key = bytearray(random_key(_TMK_BYTES))
    try:
        number = _register(database, terminal, values, bytes(key))
        state = statedir.create(folder, {**values, "terminal": number})
        kcv = _inject(state, key)
    finally:
        key[:] = bytes(len(key))
    told = ("terminal", "merchant", "algorithm", "lang")
    return {"state": str(folder), **{name: state.profile[name] for name in told}, "tmk_kcv": kcv}


def _register(database: Path, terminal: str | None, values: dict, key: bytes) -> str:
    try:
        return register_terminal(
            database,
            terminal,
            values["merchant"],
            values["merchant_name"],
            key,
            values["algorithm"],
            new_device=True,
        )
    except AcquirerError as error:
        raise ToolError(str(error)) from error


def _inject(state: statedir.StateDir, key: bytearray) -> str:
    from posctl.keys import inject

    try:
        return inject(state.path, key)
    except BaseException:
        statedir.remove(state.path)
        raise


def random_key(length: int) -> bytes:
    """Return a random DES key with odd parity and no two equal halves."""
    while True:
        key = bytes(_odd(byte) for byte in secrets.token_bytes(length))
        if len({key[at : at + 8] for at in range(0, length, 8)}) == length // 8:
            return key


def _odd(byte: int) -> int:
    high = byte & 0xFE
    return high | (bin(high).count("1") + 1) % 2
