# SPDX-License-Identifier: MIT
"""The terminal's clock is the host's: set from F13 (MMDD) and F12 (hhmmss) of each answer.

The year is the one that brings the host's date nearest to our own clock, so that the turn of the
year goes by on either side first. A clock that stood before this firmware was released has told
nothing (a board without battery wakes in 2000, some in 1970): it is put to the release date, and
the first date of a host is then the next one of its kind from there on. Without a host in between
a terminal is a year behind after that year: no more can be known.
"""

from micropython import const

from pos.core import calendar
from pos.core.version import DATE

_DAY_S = const(86400)
_LATE_S = const(2)  # an answer under way is not a wrong clock
_KNOWN = const(1)
_UNKNOWN = const(2)


def start(ctx: object) -> None:
    """At boot: a clock from before the release is put to the release date."""
    now_s = calendar.seconds(ctx.clock.now())
    if now_s < _released_s():
        ctx.clock_state = _UNKNOWN
        _set(ctx, _released_s() - now_s)


def take(ctx: object, date: str, time: str) -> str:
    """Set the clock; return the host's time as YYYYMMDDhhmmss, ours where it told none."""
    if len(date) != 4 or len(time) != 6:
        return ctx.now()
    found = _dated(ctx, date, time)
    if found is None:
        return ctx.now()
    behind_s = calendar.seconds(found) - calendar.seconds(ctx.calendar())
    if abs(behind_s) > _LATE_S:
        _set(ctx, behind_s)
        ctx.log("clock", "%+d s" % behind_s)
    ctx.clock_state = _KNOWN
    return "%04d%s%s" % (found[0], date, time)


def _dated(ctx: object, date: str, time: str) -> tuple:
    """Return the host's moment in its year, None when there is no such date."""
    now = ctx.calendar()
    now_s = calendar.seconds(now)
    month, day = int(date[:2]), int(date[2:])
    best, best_s = None, 0
    for year in range(now[0] - 1, now[0] + 5):  # one of them has a 29 February
        if day > calendar.month_days(year, month):
            continue
        moment = (year, month, day, int(time[:2]), int(time[2:4]), int(time[4:]))
        ahead_s = calendar.seconds(moment) - now_s
        if ctx.clock_state == _UNKNOWN and ahead_s < -_DAY_S:
            continue  # before the release, by more than a time zone
        if best is None or abs(ahead_s) < best_s:
            best, best_s = moment, abs(ahead_s)
    return best


def _set(ctx: object, by_s: int) -> None:
    """Move the clock: the board's own where it can be set, else our offset to it."""
    moved = calendar.moment(calendar.seconds(ctx.calendar()) + by_s)
    if hasattr(ctx.clock, "set"):
        ctx.clock.set(moved)
        ctx.offset_s = 0
    else:
        ctx.offset_s += by_s


def _released_s() -> int:
    return calendar.seconds((DATE // 10000, DATE // 100 % 100, DATE % 100, 0, 0, 0))
