# SPDX-License-Identifier: MIT
"""Key loading: components in, check values out, every refusal its own and the old keys in place.

The expected values were computed with `cryptography` (host_tests/host/test_keys_cli.py has them).
"""

import unittest

from drivers.link_line import LineReader
from fakes.flash import KINDS, NorMemory, PowerCut
from fakes.keystores import DEVICE, MASTER, SIZE, Random, open_keys, signed_on
from pos.crypto.kcv import tdes_kcv
from pos.keystore.keystore import KeyStore
from pos.keystore.loading import Loading
from pos.keystore.roles import MAK, PIK, TMK
from pos.store.slots import AtomicSlot

ONE = "11223344556677889900AABBCCDDEEFF"
TWO = "0123456789ABCDEFFEDCBA9876543210"
THREE = "89ABCDEF0123456776543210FEDCBA98"
KCVS = ("5ED7EA43", "08D7B4FB")
KCV = "E66F46DB"  # of ONE xor TWO
OLD = (TMK, PIK, MAK)
_HALF = "1122334455667788"


class Loader:
    """The other end: whole steps into a Loading over flash with keys."""

    def __init__(self, flash=None):
        self.flash = flash or signed_on()
        self.keys = open_keys(self.flash)
        self.loading = Loading(self.keys)

    def begin(self, components=2, role="TMK"):
        return self.step("begin", role=role, components=components)

    def component(self, number, digits):
        for char in digits.encode():
            self.loading.byte(char)
        return self.step("component", component=number)

    def store(self, kcv=KCV):
        return self.step("store", kcv=kcv)

    def step(self, name, **values):
        return self.loading.line(dict(values, do="load", step=name))

    def enter(self, *components):
        """Begin and send all components; return the last answer."""
        answer = self.begin(len(components))
        for i in range(len(components)):
            answer = self.component(i + 1, components[i])
        return answer


class Cases(unittest.TestCase):
    def setUp(self):
        self.loader = Loader()
        self.before = bytes(self.loader.flash.cells)

    def refused(self, answer, reason):
        self.assertEqual(answer, {"ev": "key", "error": reason})
        self.kept()

    def kept(self):
        """The old keys are on flash, untouched, and in use."""
        self.assertEqual(self.loader.flash.cells, self.before)
        self.assertEqual(self.loader.keys.roles(), OLD)
        self.assertEqual(self.loader.loading.stored, "")


class TestComponents(Cases):
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
        self.assertEqual(loader.loading.stored, "TMK " + KCV)
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
        class Store:
            def inject_tmk(self, key, kcv, algorithm=1):
                self.key = bytes(key)

            def kcv(self, role):
                return KCV

        self.loader.loading = Loading(Store())
        self.loader.enter(ONE, TWO)
        self.loader.store()
        self.assertEqual(
            self.loader.loading._store.key.hex().upper(), "10017623DCCDBA6767DC1023BA89DCEF"
        )

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


class TestRefused(Cases):
    def test_begin(self):
        for components in (0, 1, 4, -2, "2", None, [2], {}):
            self.refused(self.loader.begin(components), "components must be 2 or 3")
        for role in ("PIK", "", None, 1, "tmk"):
            self.refused(self.loader.begin(2, role), "role is not TMK")

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


class TestWiped(Cases):
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


class TestThroughTheLine(unittest.TestCase):
    """The same, with the digits taken out of JSON lines by the bench link's reader."""

    def setUp(self):
        self.loader = Loader()
        self.reader = LineReader()
        self.reader.loader = self.loader.loading

    def feed(self, line):
        for byte in line:
            self.reader.feed(byte)
        return self.reader.line()

    def test_digits_go_to_the_loading_alone(self):
        self.loader.begin()
        for line in (
            b'{"do":"load","step":"component","component":1,"hex":"%s"}\n',
            b'{"hex": "%s", "component": 1}\n',
            b'{ "hex" :  "%s"}\n',
        ):
            rest = self.feed(line % ONE.encode())
            self.assertEqual(rest, (line % b"")[:-1])
            self.assertFalse(ONE[:8].encode() in bytes(self.reader._buffer))
            self.assertEqual(self.loader.step("component", component=1)["kcv"], KCVS[0])
            self.loader.begin()

    def test_dropped_where_nobody_loads(self):
        self.reader.loader = None
        rest = self.feed(b'{"do":"load","hex":"' + ONE.encode() + b'"}\n')
        self.assertEqual(rest, b'{"do":"load","hex":""}')
        self.assertFalse(b"2233" in bytes(self.reader._buffer))
        self.assertFalse(any(self.loader.loading._part))

    def test_a_value_without_end(self):
        for line in (b'{"hex":"' + ONE.encode() + b"\n", b'{"hex":"\n'):
            with self.assertRaises(ValueError):
                self.feed(line)
            self.reader.take()
            self.assertEqual((self.loader.loading._digits, any(self.loader.loading._part)), (0, 0))
        self.assertEqual(self.feed(b'{"do":"key"}\n'), b'{"do":"key"}')

    def test_as_long_as_you_like(self):
        self.loader.begin()
        self.feed(b'{"hex":"' + b"7" * 5000 + b'"}\n')
        answer = self.loader.step("component", component=1)
        self.assertEqual(answer["error"], "component is not 32 digits long")

    def test_a_line_of_just_the_limit(self):
        line = b'{"x":"' + b"9" * 495 + b'","hex":"'
        self.assertEqual(len(line), 510)
        self.feed(line + b'12"}\n')
        with self.assertRaises(ValueError):
            self.feed(b'{"xy":"' + b"9" * 495 + b'","hex":"12"}\n')


class TestCuts(unittest.TestCase):
    def test_old_or_new(self):
        outcomes = set()
        for kind in KINDS:
            for operation in (1, 2):
                loader = Loader()
                loader.enter(ONE, TWO)
                loader.flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    loader.store()
                self.assertFalse(any(loader.loading._key))
                keys = open_keys(loader.flash.reboot())
                found = keys.roles(), keys.kcv(TMK)
                self.assertIn(found, ((OLD, _kcv(MASTER)), ((TMK,), KCV)))
                outcomes.add(found)
        self.assertEqual(len(outcomes), 2)

    def test_flash_that_refuses(self):
        loader = Loader()
        loader.enter(ONE, TWO)
        loader.flash.program = lambda offset, data: None
        answer = loader.store()
        self.assertTrue(answer["error"].startswith("slot: flash at"))
        self.assertEqual(loader.keys.roles(), OLD)

    def test_first_key_of_a_blank_terminal(self):
        loader = Loader(NorMemory(SIZE))
        loader.enter(ONE, TWO)
        self.assertEqual(loader.store()["kcv"], KCV)

    def test_damaged_store_is_left_alone(self):
        flash = NorMemory(SIZE)
        AtomicSlot(flash.partition(0, SIZE)).save(b"damage")
        before = bytes(flash.cells)
        loader = Loader(flash)
        loader.loading = Loading(KeyStore(AtomicSlot(flash.partition(0, SIZE)), DEVICE, Random()))
        loader.enter(ONE, TWO)
        self.assertEqual(loader.store()["error"], "key store damaged")
        self.assertEqual(flash.cells, before)


def _kcv(key):
    return tdes_kcv(key).hex().upper()


def _parity(digits):
    """The same key for DES: other parity bits."""
    return bytes([byte ^ 1 for byte in bytes.fromhex(digits)]).hex()


if __name__ == "__main__":
    unittest.main()
