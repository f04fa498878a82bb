# SPDX-License-Identifier: MIT
"""The hotlist: whole numbers and beginnings, its name and age, and no card number on flash."""

import unittest
from binascii import crc32

from fakes.flash import SECTOR_BYTES, NorMemory
from pos.crypto.hmac import hmac_sha256
from pos.risk.hotlist import Download, Hotlist

_SIZE = 10 * SECTOR_BYTES


def hashed(digits):
    return hmac_sha256(b"card hash key", digits)[:8]


def opened(nor):
    return Hotlist(nor.partition(0, _SIZE), hashed)


def listing(nor, entries, date="20261122"):
    new = Download(opened(nor))
    for digits in entries:
        new.add(bytearray(digits.encode()))
    new.commit(date)
    return opened(nor.reboot())


class HotlistTest(unittest.TestCase):
    def setUp(self):
        self.nor = NorMemory(_SIZE)

    def test_none_yet(self):
        found = opened(self.nor)
        self.assertEqual((found.count, found.date, found.age_days("20261122")), (-1, "", 0))

    def test_table(self):
        entries = ["6225880000000001", "622202", "456351123456", "6216261000000000018"]
        found = listing(self.nor, entries)
        for pan, listed in (
            ("6225880000000001", True),
            ("6225880000000002", False),
            ("622588000000000", False),  # a listed number is no beginning
            ("6225880000000001000", False),
            ("6222020000000001", True),
            ("6222030000000001", False),
            ("4563511234561111", True),
            ("4563511234571111", False),
            ("6216261000000000018", True),
            ("6216261000000000", False),
        ):
            self.assertEqual(found.lists(bytearray(pan.encode())), listed, pan)
        self.assertEqual(found.count, 4)

    def test_an_empty_list_is_a_list(self):
        found = listing(self.nor, [])
        self.assertEqual((found.count, found.check), (0, "00000000"))
        self.assertFalse(found.lists(bytearray(b"6225880000000001")))

    def test_check_is_that_of_the_entries_as_they_came(self):
        wanted = "%08X" % crc32(b"16622588000000000106622202")
        self.assertEqual(listing(self.nor, ["6225880000000001", "622202"]).check, wanted)

    def test_two_thousand_entries(self):
        entries = ["62%014d" % number for number in range(2500)]
        found = listing(self.nor, entries)
        self.assertEqual(found.count, 2500)
        self.assertTrue(found.lists(bytearray(entries[-1].encode())))
        self.assertFalse(found.lists(bytearray(b"6200000000002500")))

    def test_no_card_number_on_flash(self):
        listing(self.nor, ["6225880000000001", "622202"])
        for trace in (b"6225880000000001", bytes.fromhex("6225880000000001"), b"622202"):
            self.assertEqual(bytes(self.nor.cells).find(trace), -1)

    def test_age(self):
        found = listing(self.nor, [], "20240228")
        for today, days in (
            ("20240228", 0),
            ("20240229", 1),
            ("20240301", 2),
            ("20250228", 366),
            ("20250301", 367),
            ("20241231", 307),
            ("20250101", 308),
            ("20240101", 0),
        ):
            self.assertEqual(found.age_days(today), days, today)
