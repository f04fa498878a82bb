# SPDX-License-Identifier: MIT
"""The clock that the host sets: turn of the year, 29 February, a board that wakes in 2000."""

import unittest

from fakes import swipes
from fakes.board import Sale
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core import calendar
from pos.core.version import DATE
from pos.txn import hostclock

_CARD = swipes.flux(swipes.CARD_A)


class Clock:
    """A calendar that stands still; `settable` ones are set, as an RTC."""

    def __init__(self, *now: int) -> None:
        self.calendar = now

    def now(self) -> tuple:
        return self.calendar


class Settable(Clock):
    def set(self, fields: tuple) -> None:
        self.calendar = fields


class Ctx:
    """The part of Context that keeps time; its methods are the real ones."""

    offset_s = 0
    clock_state = 0

    def __init__(self, clock: object) -> None:
        self.clock = clock
        self.logged = []

    def log(self, event: str, text: str) -> None:
        self.logged.append((event, text))

    def calendar(self) -> tuple:
        now = calendar.seconds(self.clock.now()) + self.offset_s
        return calendar.moment(now)

    def now(self) -> str:
        return "%04d%02d%02d%02d%02d%02d" % self.calendar()


class HostClockTest(unittest.TestCase):
    def check(self, now, date, time, expected, clock=Clock):
        ctx = Ctx(clock(*now))
        hostclock.start(ctx)
        self.assertEqual(hostclock.take(ctx, date, time), expected)
        return ctx

    def test_small_differences_do_not_move_the_clock(self):
        ctx = self.check((2027, 5, 5, 10, 0, 0), "0505", "100002", "20270505100002")
        self.assertEqual((ctx.offset_s, ctx.logged), (0, []))

    def test_later_answers_keep_it_right(self):
        ctx = self.check((2027, 5, 5, 10, 0, 0), "0505", "110000", "20270505110000")
        self.assertEqual(ctx.now(), "20270505110000")
        hostclock.take(ctx, "0505", "105900")
        self.assertEqual(ctx.now(), "20270505105900")

    def test_turn_of_the_year(self):
        for clock in (Clock, Settable):
            ahead = self.check(
                (2026, 12, 31, 23, 59, 58), "0101", "000003", "20270101000003", clock
            )
            self.assertEqual(ahead.now(), "20270101000003")
            behind = self.check((2027, 1, 1, 0, 0, 3), "1231", "235955", "20261231235955", clock)
            self.assertEqual(behind.now(), "20261231235955")

    def test_29_february(self):
        ctx = self.check((2028, 2, 28, 23, 59, 0), "0229", "000010", "20280229000010")
        self.assertEqual(ctx.now(), "20280229000010")
        self.check((2028, 3, 1, 0, 0, 1), "0229", "235958", "20280229235958")
        self.check((2027, 2, 28, 23, 59, 0), "0229", "000010", "20280229000010")

    def test_a_date_that_no_year_has(self):
        for date in ("0230", "0431"):
            ctx = self.check((2027, 2, 28, 1, 2, 3), date, "101010", "20270228010203")
            self.assertEqual(ctx.offset_s, 0)

    def test_no_date_no_change(self):
        self.check((2027, 5, 5, 10, 0, 0), "", "101010", "20270505100000")
        self.check((2027, 5, 5, 10, 0, 0), "0505", "", "20270505100000")

    def test_a_board_without_battery(self):
        year, month, day = DATE // 10000, DATE // 100 % 100, DATE % 100
        for first in ((2000, 1, 1, 0, 0, 5), (1970, 1, 1, 0, 0, 5)):
            for clock in (Clock, Settable):
                ctx = Ctx(clock(*first))
                hostclock.start(ctx)
                self.assertEqual(ctx.now()[:8], str(DATE))
                next_year = "%04d0310120000" % (year + 1)  # March is over in the release's year
                self.assertEqual(hostclock.take(ctx, "0310", "120000"), next_year)
                self.assertEqual(ctx.now(), next_year)
        self.check((2000, 1, 1, 0, 0, 5), "%02d%02d" % (month, day), "235900", "%d235900" % DATE)

    def test_a_battery_dead_for_a_while(self):
        ctx = self.check((2010, 7, 1, 0, 0, 0), "1225", "080000", "20261225080000", Settable)
        self.assertEqual(ctx.clock.calendar, (2026, 12, 25, 8, 0, 0))


class DayTest(unittest.TestCase):
    def test_a_sign_on_is_good_for_its_day(self):
        terminal = Terminal()
        late = Reply(date="1122", time="235958")
        script = [("sign_on", late), ("sale", Reply(date="1123", time="000004"))]
        script += [("sign_on", Reply(date="1123", time="000010")), ("sale", Reply(date="1123"))]
        terminal.run([Sale(100, _CARD), Sale(200, _CARD)], script)
        self.assertEqual(
            [call[0] for call in terminal.host.calls], ["sign_on", "sale", "sign_on", "sale"]
        )


if __name__ == "__main__":
    unittest.main()
