# SPDX-License-Identifier: MIT
"""The host's clock on an answer."""

from pos.core import modules


def host_time(ctx: object, date: str, time: str) -> str:
    """YYYYMMDDhhmmss of the host's F13 and F12, to which our clock is set; ours where absent."""
    now = ctx.now()
    if ctx.clock_state and now[4:12] == date + time[:4] and len(time) == 6:
        return now[:12] + time[4:]  # right to the minute: no arithmetic in the heap for that
    from pos.txn import hostclock

    found = hostclock.take(ctx, date, time)
    modules.trim()
    return found
