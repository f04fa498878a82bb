# SPDX-License-Identifier: MIT
"""A new bench terminal: its state directory, and one random TMK in it and in the acquirer's books.

The acquirer is asked first, as it gives the number; when a later step fails, no half-made state
directory stays behind.
"""

from pathlib import Path

from acquirer_sim import AcquirerError, Options, register_terminal
from posctl import statedir
from posctl.errors import ToolError
from posctl.keys.kinds import new_tmk


def make_terminal(
    folder: Path,
    database: Path,
    terminal: str | None,
    values: dict,
    mak_bytes: int = 8,
    ca: bytes | None = None,
) -> dict:
    """Make the terminal and register it; return what may be told of it (no key).

    `mak_bytes` is the length of the MAK that the acquirer gives a terminal with 003 or 004, `ca`
    the certificate, DER, that a terminal with TLS pins.
    """
    statedir.check_free(folder)
    key = bytearray(new_tmk(values["algorithm"]))
    try:
        number = _register(database, terminal, values, bytes(key), mak_bytes)
        state = statedir.create(folder, {**values, "terminal": number}, ca)
        kcv = _inject(state, key)
    finally:
        key[:] = bytes(len(key))
    told = ("terminal", "merchant", "algorithm", "lang")
    return {"state": str(folder), **{name: state.profile[name] for name in told}, "tmk_kcv": kcv}


def _register(
    database: Path, terminal: str | None, values: dict, key: bytes, mak_bytes: int
) -> str:
    options = Options(
        mak_bytes=mak_bytes,
        mac=values.get("mac_method", Options.mac),
        completion_percent_max=values.get(
            "completion_percent_max", Options.completion_percent_max
        ),
    )
    try:
        return register_terminal(
            database,
            terminal,
            values["merchant"],
            values["merchant_name"],
            key,
            values["algorithm"],
            new_device=True,
            options=options,
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
