# SPDX-License-Identifier: MIT
"""Key loading: components in, check values out, each refusal its own and the old keys in place."""

import unittest

from fakes.keystores import open_keys
from fakes.loaders import KCV, KCVS, ONE, THREE, TMK_KEY, TWO, LoadingCase
from pos.crypto.kcv import tdes_kcv
from pos.keystore.roles import TMK

_HALF = "1122334455667788"


class TestComponents(LoadingCase):
    def test_two(self):
        loader = self.loader
        begun = {"ev": "key", "role": "TMK", "components": 2, "algorithm": "tdes"}
        self.assertEqual(loader.begin(), begun)
        for i, digits in ((1, ONE), (2, TWO.lower())):
            told = {"ev": "key", "role": "TMK", "component": i, "kcv": KCVS[i - 1]}
            self.assertEqual(loader.component(i, digits), told)
            self.assertEqual(loader.loading.shown[-1], (i, KCVS[i - 1]))
            self.kept()
        stored = {"ev": "key", "role": "TMK", "stored": True, "kcv": KCV}
        self.assertEqual(loader.store(), stored)
        self.assertEqual(loader.loading.stored, ("TMK", KCV))
        for keys in (loader.keys, open_keys(loader.flash)):
            self.assertEqual((keys.roles(), keys.kcv(TMK)), ((TMK,), KCV))

    def test_three(self):
        self.loader.enter(ONE, TWO, THREE)
        value = bytearray(16)
        for digits in (ONE, TWO, THREE):
            part = bytes.fromhex(digits)
            for i in range(16):
                value[i] ^= part[i]
        self.assertEqual(self.loader.store(tdes_kcv(value)[:3].hex())["stored"], True)

    def test_the_key_has_odd_parity(self):
        self.loader.enter(ONE, TWO)
        self.assertEqual(self.loader.loading._key, bytes.fromhex(TMK_KEY))

    def test_a_refused_component_may_be_sent_again(self):
        self.loader.begin()
        self.loader.component(1, ONE[:-1])
        self.loader.component(1, ONE)
        self.loader.component(2, "0" * 32)
        self.loader.component(2, TWO)
        self.assertEqual(self.loader.store()["kcv"], KCV)

    def test_begin_forgets_what_came_before(self):
        self.loader.enter(THREE, ONE)
        self.loader.enter(ONE, TWO)
        self.assertEqual(self.loader.store()["kcv"], KCV)

    def test_digits_of_a_line_that_was_no_load_line_are_forgotten(self):
        self.loader.begin()
        for char in ONE.encode()[:16]:
            self.loader.loading.byte(char)
        self.loader.loading.forget()
        self.assertEqual(self.loader.component(1, ONE)["kcv"], KCVS[0])

    def test_leave(self):
        self.loader.enter(ONE, TWO)
        self.assertEqual(self.loader.step("leave"), {"ev": "key", "left": True})
        self.assertTrue(self.loader.loading.over)
        self.refused(self.loader.store(), "components are missing")


class TestRefused(LoadingCase):
    def test_begin(self):
        for components in (0, 1, 4, -2, "2", None, [2], {}):
            self.refused(self.loader.begin(components), "components must be 2 or 3")
        for role in ("PIK", "", None, 1, "tmk"):
            self.refused(self.loader.begin(2, role), "role is not TMK or KBPK")

    def test_length(self):
        self.loader.begin()
        for digits in ("", "1", ONE[:-1], ONE + "0", ONE * 8):
            answer = self.loader.component(1, digits)
            self.refused(answer, "component is not 32 digits long")

    def test_character(self):
        self.loader.begin()
        for char in "gG -/:@`\\\x00\x7f\n":
            for at in (0, 15, 31):
                digits = ONE[:at] + char + ONE[at + 1 :]
                reason = "component has a character that is no hex digit"
                self.refused(self.loader.component(1, digits), reason)
        self.refused(self.loader.component(1, ONE + " "), reason)

    def test_zero(self):
        self.loader.begin()
        self.refused(self.loader.component(1, "0" * 32), "component is all zeros")

    def test_order(self):
        self.refused(self.loader.component(1, ONE), "component out of order")
        self.loader.begin()
        for number in (0, 2, 3, -1, None, "1", [1]):
            self.refused(self.loader.component(number, ONE), "component out of order")
        self.loader.component(1, ONE)
        for number in (1, 3):
            self.refused(self.loader.component(number, TWO), "component out of order")
        self.loader.component(2, TWO)
        self.refused(self.loader.component(3, THREE), "component out of order")
        self.assertEqual(self.loader.store()["kcv"], KCV)

    def test_equal_halves(self):
        reason = "components give a key with two equal halves"
        for pair in ((ONE, ONE), (_HALF + "00" * 8, "00" * 8 + _HALF), (ONE, _parity(ONE))):
            self.refused(self.loader.enter(*pair), reason)
            self.refused(self.loader.store(), "components are missing")

    def test_check_value(self):
        for kcv in ("E66F46DC", "E66F47DB", "000000", KCVS[0], KCVS[1]):
            self.loader.enter(ONE, TWO)
            self.refused(self.loader.store(kcv), "TMK check value")
            self.refused(self.loader.store(), "components are missing")  # nothing is left to try

    def test_check_value_length(self):
        for kcv in ("", "E6", "E66F", "E66F46DB00"):
            self.loader.enter(ONE, TWO)
            self.refused(self.loader.store(kcv), "TMK check value length")

    def test_check_value_that_is_none(self):
        for kcv in (None, 5, "E66F4", "check me", {}):
            self.loader.enter(ONE, TWO)
            self.refused(self.loader.store(kcv), "check value is not hex")

    def test_too_early(self):
        self.refused(self.loader.store(), "components are missing")
        self.loader.begin()
        self.refused(self.loader.store(), "components are missing")
        self.loader.begin()
        self.loader.component(1, ONE)
        self.refused(self.loader.store(KCVS[0]), "components are missing")

    def test_step(self):
        for step in ("", None, "Begin", 1, {}):
            self.refused(self.loader.step(step), "no such step")


class TestWiped(LoadingCase):
    def _clean(self, key=True):
        self.assertFalse(any(self.loader.loading._part))
        self.assertEqual(key, not any(self.loader.loading._key))

    def test_component_after_its_line(self):
        self.loader.begin()
        for digits in (ONE, ONE[:-1], "zz" + ONE[2:]):
            self.loader.component(len(self.loader.loading.shown) + 1, digits)
            self._clean(False)

    def test_key_after_each_end(self):
        ends = (
            lambda: self.loader.store("E66F46DC"),
            lambda: self.loader.store(None),
            lambda: self.loader.step("leave"),
            lambda: self.loader.begin(7),
            self.loader.loading.wipe,
            self.loader.store,
        )
        for end in ends:
            self.loader.enter(ONE, TWO)
            self._clean(False)
            end()
            self._clean()

    def test_key_with_equal_halves(self):
        self.loader.enter(ONE, ONE)
        self._clean()

    def test_nothing_secret_is_told(self):
        told = [self.loader.begin()]
        for digits in (ONE, TWO[:-1], "g" + TWO[1:], TWO):
            told.append(self.loader.component(len(self.loader.loading.shown) + 1, digits))
        told.append(self.loader.store("E66F46DC"))
        text = (repr(told) + repr(self.loader.loading.shown)).upper()
        for secret in (ONE, TWO, "10017623DCCDBA67"):
            for at in range(0, len(secret) - 8, 4):
                self.assertNotIn(secret[at : at + 9], text)


def _parity(digits):
    """The same key for DES: other parity bits."""
    return bytes([byte ^ 1 for byte in bytes.fromhex(digits)]).hex()


if __name__ == "__main__":
    unittest.main()
