# SPDX-License-Identifier: MIT
"""The host's clock: the machine's, or one that was set, moved on or made to run faster.

Its state is a row of the database: it survives a restart, and `posctl acquirer clock` moves it
under a server that runs. Everything the host dates follows it: answers, settlement, expiry; only
waiting (`delay`) is real time.

A setting is words joined by commas: `2026-12-01T08:00:00` or `2026-12-01` (midnight) sets it,
`+10d` `-2h` `+30m` `+45s` moves it, `x60` lets it run sixty times as fast and `x0` stand still,
`real` is the machine's time again.
"""

import re
from datetime import datetime, timedelta

from acquirer_sim.errors import AcquirerError
from acquirer_sim.store import Store

REAL = "real"
_MAX_SPEED = 100_000
_STEP = re.compile(r"([+-])([0-9]{1,6})([dhms])")
_SPEED = re.compile(r"x([0-9]{1,6}(?:\.[0-9]{1,3})?)")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_YEARS = range(2000, 2100)  # what two digits of a year can say


def now(store: Store, real: datetime) -> datetime:
    """Return the host's time at the machine's time `real`; inside a transaction or not."""
    return _state(store, real)[0]


def describe(store: Store, real: datetime) -> dict:
    """Return {"clock", "speed", "real"} as `posctl acquirer clock --json` prints it."""
    moment, speed = _state(store, real)
    shown = moment.isoformat(timespec="seconds")
    return {"clock": shown, "speed": speed, "real": real.isoformat(timespec="seconds")}


def change(store: Store, setting: str, real: datetime) -> None:
    """Apply a setting, inside a transaction of the caller; AcquirerError names a bad word."""
    moment, speed = _state(store, real)
    for word in setting.split(","):
        moment, speed = _applied(word.strip(), moment, speed, real)
        if moment.year not in _YEARS:
            raise AcquirerError(f"clock {word}: leaves the years 2000 to 2099")
    store.db.execute("DELETE FROM clock")
    if (moment, speed) != (real, 1):
        row = (moment.isoformat(), real.isoformat(), str(speed))
        store.db.execute("INSERT INTO clock(host, machine, speed) VALUES(?,?,?)", row)


def _state(store: Store, real: datetime) -> "tuple[datetime, float]":
    row = store.db.execute("SELECT host, machine, speed FROM clock").fetchone()
    if row is None:
        return real, 1.0
    speed = float(row["speed"])
    passed = real - datetime.fromisoformat(row["machine"])
    return datetime.fromisoformat(row["host"]) + passed * speed, speed


def _applied(
    word: str, moment: datetime, speed: float, real: datetime
) -> "tuple[datetime, float]":
    if word == REAL:
        return real, 1.0
    try:
        if step := _STEP.fullmatch(word):
            sign, count, unit = step.groups()
            return moment + timedelta(**{_UNITS[unit]: int(sign + count)}), speed
        if faster := _SPEED.fullmatch(word):
            if float(faster.group(1)) <= _MAX_SPEED:
                return moment, float(faster.group(1))
        else:
            return _local(datetime.fromisoformat(word)), speed
    except (ValueError, OverflowError):
        pass  # told below, with what would be right
    raise AcquirerError(
        f"clock {word}: must be a date and time (2026-12-01T08:00:00), +10d, -2h, +30m, +45s,"
        f" x0 to x{_MAX_SPEED}, or {REAL}"
    )


def _local(moment: datetime) -> datetime:
    """Return a time with a zone in the machine's zone, without one."""
    return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
