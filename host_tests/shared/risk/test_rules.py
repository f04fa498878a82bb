# SPDX-License-Identifier: MIT
"""The terminal's own rules, as tables: chip, expiry, PIN by card kind, limits, switched off."""

import unittest

from pos.core.carddata import Card
from pos.core.deal import (
    ADJUST,
    ADVICE,
    BALANCE,
    COMPLETION,
    COMPLETION_VOID,
    OFFLINE,
    PREAUTH,
    PREAUTH_MORE,
    PREAUTH_VOID,
    REFUND,
    SALE,
    TIP,
    TRANSFER,
    VOID,
    Deal,
)
from pos.core.errors import Refused
from pos.core.profile import Profile
from pos.risk import rules

_TODAY = "20261122"
_KINDS = (BALANCE, PREAUTH, PREAUTH_VOID, COMPLETION, COMPLETION_VOID, SALE, VOID, REFUND)
_KINDS += (OFFLINE, ADJUST, ADVICE, TRANSFER)  # in the order of the switch's bits


def profile(**values):
    base = {"terminal": "12345678", "merchant": "123456789012345"}
    base.update(values)
    return Profile(base)


def card(service="101", expiry="3012", pan=b"6200001234567892"):
    made = Card(bytearray(pan), None, bytearray(b"x"), None)
    made.service = service
    made.expiry = expiry
    return made


def deal(kind=SALE, amount_minor=12850):
    made = Deal()
    made.kind = kind
    made.amount_minor = amount_minor
    return made


def outcome(values, made=None, shown=None):
    """Return the word of the refusal, "supervisor", or "" when there is nothing against it."""
    try:
        over = rules.check(profile(**values), made or deal(), shown or card(), _TODAY)
    except Refused as refusal:
        return refusal.reason
    return "supervisor" if over else ""


class RulesTest(unittest.TestCase):
    def test_chip(self):
        for service, fallback, kind, word, chip in (
            ("101", "refuse", SALE, "", "0"),
            ("120", "refuse", SALE, "", "0"),
            ("", "refuse", SALE, "", "0"),
            ("201", "refuse", SALE, "card.haschip", "0"),
            ("601", "refuse", SALE, "card.haschip", "0"),
            ("220", "refuse", PREAUTH, "card.haschip", "0"),
            ("201", "refuse", BALANCE, "card.haschip", "0"),
            ("201", "refuse", VOID, "", "0"),
            ("201", "refuse", COMPLETION_VOID, "", "0"),
            ("201", "refuse", ADJUST, "", "0"),
            ("101", "fallback", SALE, "", "0"),
            ("201", "fallback", SALE, "", "2"),
            ("601", "fallback", REFUND, "", "2"),
            ("201", "fallback", VOID, "", "0"),
        ):
            made = deal(kind)
            found = outcome({"chip_fallback": fallback}, made, card(service))
            self.assertEqual((found, made.chip), (word, chip), (service, fallback, kind))

    def test_expiry(self):
        for expiry, checked, kind, word in (
            ("2611", True, SALE, ""),
            ("2610", True, SALE, "card.expired"),
            ("2001", True, SALE, "card.expired"),
            ("2701", True, SALE, ""),
            ("", True, SALE, ""),
            ("0000", True, SALE, ""),
            ("4912", True, SALE, ""),
            ("2610", False, SALE, ""),
            ("2610", True, VOID, ""),
            ("2610", True, TIP, ""),
        ):
            found = outcome({"expiry_check": checked}, deal(kind), card(expiry=expiry))
            self.assertEqual(found, word, (expiry, checked, kind))

    def test_limits(self):
        values = {
            "limit_min_minor": 100,
            "limit_max_minor": 50000,
            "limit_refund_minor": 20000,
            "limit_offline_minor": 10000,
        }
        for kind, amount, word in (
            (SALE, 99, "limit.below"),
            (SALE, 100, ""),
            (SALE, 50000, ""),
            (SALE, 50001, "limit.above"),
            (PREAUTH, 50001, "limit.above"),
            (REFUND, 20000, ""),
            (REFUND, 20001, "limit.above"),
            (OFFLINE, 10000, ""),
            (OFFLINE, 10001, "limit.above"),
            (VOID, 99999999, ""),
            (VOID, 1, ""),
            (TIP, 50000, ""),
            (TIP, 50001, "limit.above"),
            (ADJUST, 10001, "limit.above"),
            (BALANCE, 0, ""),
        ):
            self.assertEqual(outcome(values, deal(kind, amount)), word, (kind, amount))
            asked = outcome(dict(values, limit_exceeded="supervisor"), deal(kind, amount))
            self.assertEqual(asked, word.replace("limit.above", "supervisor"), (kind, amount))

    def test_the_lower_limit_counts(self):
        values = {"limit_max_minor": 500, "limit_offline_minor": 1000}
        self.assertEqual(outcome(values, deal(OFFLINE, 501)), "limit.above")

    def test_without_limits_nothing_is_over(self):
        for kind in (SALE, REFUND, OFFLINE):
            self.assertEqual(outcome({}, deal(kind, 999999999999)), "")

    def test_each_bit_of_the_switch_is_one_kind(self):
        for bit in range(len(_KINDS)):
            only = "%08X" % (1 << (31 - bit))
            for kind in _KINDS:
                word = outcome({"transactions": only}, deal(kind))
                wanted = "" if kind == _KINDS[bit] else "function.off"
                self.assertEqual(word, wanted, (bit, kind))

    def test_two_kinds_share_a_bit(self):
        for kind, partner in ((PREAUTH_MORE, PREAUTH), (TIP, ADJUST)):
            only = "%08X" % (1 << (31 - _KINDS.index(partner)))
            self.assertEqual(outcome({"transactions": only}, deal(kind)), "")
            self.assertEqual(outcome({"transactions": "00000000"}, deal(kind)), "function.off")

    def test_typed_cards_and_tips_can_be_switched_off(self):
        for name, kind, word in (
            ("manual_pan_allowed", OFFLINE, "manual.refused"),
            ("manual_pan_allowed", SALE, ""),
            ("tip_allowed", TIP, "tip.refused"),
            ("tip_allowed", ADJUST, ""),
        ):
            self.assertEqual(outcome({name: False}, deal(kind)), word, (name, kind))
            self.assertEqual(outcome({name: True}, deal(kind)), "", (name, kind))

    def test_tip(self):
        for percent, tip, word in ((15, 1500, ""), (15, 1501, "tip.toomuch"), (0, 99999, "")):
            try:
                rules.check_tip(profile(tip_percent_max=percent), tip, 10000)
                found = ""
            except Refused as refusal:
                found = refusal.reason
            self.assertEqual(found, word, (percent, tip))

    def test_pin(self):
        for values, pan, service, policy in (
            ({}, b"6200001234567892", "120", "optional"),
            ({"pin_optional": False}, b"6200001234567892", "101", "required"),
            ({"pin_domestic": "required"}, b"6200001234567892", "101", "required"),
            ({"pin_domestic": "required"}, b"4012888888881881", "101", "optional"),
            ({"pin_domestic": "never"}, b"6200001234567892", "101", "never"),
            ({"pin_foreign": "never"}, b"4012888888881881", "101", "never"),
            ({"pin_foreign": "never"}, b"5500000000000004", "101", "never"),
            ({"pin_foreign": "never"}, b"3530111333300000", "101", "never"),
            ({"pin_foreign": "never"}, b"9558800000000000", "101", "optional"),
            ({"pin_foreign": "never", "pin_optional": False}, b"4012888888881881", "", "never"),
            ({"pin_by_service": True}, b"6200001234567892", "120", "required"),
            ({"pin_by_service": True}, b"6200001234567892", "123", "required"),
            ({"pin_by_service": True}, b"6200001234567892", "125", "required"),
            ({"pin_by_service": True}, b"6200001234567892", "121", "optional"),
            ({"pin_by_service": True}, b"6200001234567892", "126", "optional"),
            ({"pin_by_service": True}, b"6200001234567892", "", "optional"),
            ({"pin_by_service": True, "pin_foreign": "never"}, b"4" * 16, "120", "required"),
        ):
            found = rules.pin(profile(**values), card(service, pan=pan))
            self.assertEqual(found, policy, (values, pan[:1], service))
