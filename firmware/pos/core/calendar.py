# SPDX-License-Identifier: MIT
"""Calendar arithmetic without a time zone, for years 1970 to 2099, the same on both runtimes.

A moment is (year, month, day, hour, minute, second); seconds count from 1970-01-01 00:00:00.
"""

from micropython import const

_DAY_S = const(86400)
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def month_days(year: int, month: int) -> int:
    """Return the length of a month."""
    return 29 if month == 2 and not year % 4 else _LENGTHS[month - 1]


def seconds(moment: tuple) -> int:
    """Return the seconds since 1970."""
    year, month, day, hour, minute, second = moment
    days = (year - 1970) * 365 + (year - 1969) // 4 + day - 1
    for passed in range(1, month):
        days += month_days(year, passed)
    return days * _DAY_S + hour * 3600 + minute * 60 + second


def moment(count_s: int) -> tuple:
    """Return the moment so many seconds after 1970 began."""
    days, rest = divmod(count_s, _DAY_S)
    year = 1970 + days // 366  # never too late; the loop goes on from there
    days -= (year - 1970) * 365 + (year - 1969) // 4
    while days >= (366 if not year % 4 else 365):
        days -= 366 if not year % 4 else 365
        year += 1
    month = 1
    while days >= month_days(year, month):
        days -= month_days(year, month)
        month += 1
    return year, month, days + 1, rest // 3600, rest // 60 % 60, rest % 60
