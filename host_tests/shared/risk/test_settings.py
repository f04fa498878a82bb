# SPDX-License-Identifier: MIT
"""Downloaded parameters on flash: old or new after a power cut at every flash operation."""

import unittest

from fakes.board import Cashier, FakeBoard
from fakes.flash import KINDS, NorMemory, PowerCut
from pos.core.errors import ProfileError
from pos.core.options import value
from pos.core.profile import Profile
from pos.risk import settings

_SIZE = 8192
_OLD = {"answer_timeout_s": 30, "merchant_name": "旧店名", "tip_allowed": False}
_NEW = {"answer_timeout_s": 45, "merchant_name": "新店名", "reversal_tries": 5}


def board(nor):
    made = FakeBoard(NorMemory(4096), Cashier([]), None, [])
    made.spare["params"] = nor
    return made


def booted(nor):
    """Return the profile as a boot finds it, and whether the parameters were readable."""
    made = board(nor)
    profile = Profile(made.profile())
    return profile, settings.apply(made, profile)


def change(nor, found):
    made = board(nor)
    profile = Profile(made.profile())
    settings.change(made, profile, found)
    return profile


def facts(profile):
    names = ("answer_timeout_s", "merchant_name", "reversal_tries")
    return tuple([getattr(profile, name) for name in names]) + (value(profile, "tip_allowed"),)


class SettingsTest(unittest.TestCase):
    def test_none_yet(self):
        profile, readable = booted(NorMemory(_SIZE))
        self.assertEqual((facts(profile), readable), ((1, "测试便利店", 3, True), True))

    def test_in_use_at_once_and_after_power_on(self):
        nor = NorMemory(_SIZE)
        self.assertEqual(facts(change(nor, _OLD)), (30, "旧店名", 3, False))
        self.assertEqual(facts(booted(nor.reboot())[0]), (30, "旧店名", 3, False))

    def test_a_download_replaces_the_one_before(self):
        nor = NorMemory(_SIZE)
        change(nor, _OLD)
        self.assertEqual(facts(change(nor, _NEW)), (45, "新店名", 5, True))

    def test_out_of_range_refuses_all_of_it(self):
        nor = NorMemory(_SIZE)
        change(nor, _OLD)
        for bad in ({"answer_timeout_s": 0}, {"reversal_tries": 0}, {"connect_tries": 0}):
            found = dict(_NEW)
            found.update(bad)
            with self.assertRaises(ProfileError):
                change(nor, found)
            self.assertEqual(facts(booted(nor.reboot())[0]), (30, "旧店名", 3, False))

    def test_the_largest_there_can_be_fits(self):
        found = dict(_NEW)
        found.update(
            {"merchant_name": "店" * 20, "transactions": "FFFFFFFF", "auto_signoff": True}
        )
        found.update({"tip_allowed": False, "manual_pan_allowed": False, "connect_tries": 9})
        found["tip_percent_max"] = 99
        self.assertEqual(change(NorMemory(_SIZE), found).merchant_name, "店" * 20)

    def test_damaged_or_foreign_ones_are_told_and_left_alone(self):
        nor = NorMemory(_SIZE)
        change(nor, _OLD)
        nor.cells[20] &= 0x0F
        profile, readable = booted(nor)
        self.assertEqual((facts(profile), readable), ((1, "测试便利店", 3, True), False))

    def test_cuts(self):
        start = NorMemory(_SIZE)
        for _ in range(24):  # the cuts of both sectors, and of the way from one to the other
            change(start, _OLD)
            self._cut_everywhere(start)

    def _cut_everywhere(self, start):
        old, new = (30, "旧店名", 3, False), (45, "新店名", 5, True)
        done = start.reboot()
        change(done, _NEW)
        seen = []
        for kind in KINDS:
            for operation in range(1, done.ops + 1):
                nor = start.reboot()
                nor.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    change(nor, _NEW)
                profile, readable = booted(nor.reboot())
                self.assertTrue(readable)
                self.assertIn(facts(profile), (old, new), (kind, operation))
                seen.append(facts(profile) == new)
        self.assertTrue(True in seen and False in seen)
