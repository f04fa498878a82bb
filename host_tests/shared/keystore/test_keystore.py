# SPDX-License-Identifier: MIT
import unittest

from fakes.flash import NorMemory
from fakes.keystores import (
    MASTER,
    SIGN_ON,
    SIZE,
    VECTORS,
    flipped,
    open_keys,
    signed_on,
    unhex,
    with_tmk,
)
from pos.core.errors import KeyStoreError
from pos.crypto.errors import CryptoError
from pos.crypto.kcv import tdes_kcv
from pos.keystore.roles import PIK, TMK

_PAN = b"6200001234567892"
_TEXT = unhex(VECTORS["mac_ecb_demo"]["data"])


class TestEmpty(unittest.TestCase):
    def test_erased_partition(self):
        keys = open_keys(NorMemory(SIZE))
        keys.load()
        self.assertFalse(keys.has_tmk())
        self.assertFalse(keys.has_working())
        self.assertEqual(keys.roles(), ())

    def test_every_use_says_which_key_is_missing(self):
        keys = open_keys(NorMemory(SIZE))
        uses = (
            ("no TMK", lambda: keys.install_working(unhex(SIGN_ON["f62"]), "003")),
            ("no TMK", lambda: keys.kcv(TMK)),
            ("no MAK", lambda: keys.mac((b"text",))),
            ("no MAK", lambda: keys.mac_ok((b"text",), b"00000000")),
            ("no PIK", lambda: keys.pin_block(bytearray(b"1234"), _PAN)),
        )
        for reason, use in uses:
            with self.assertRaises(KeyStoreError) as caught:
                use()
            self.assertEqual(caught.exception.reason, reason)

    def test_tmk_alone_is_not_signed_on(self):
        keys = open_keys(with_tmk())
        self.assertTrue(keys.has_tmk())
        self.assertFalse(keys.has_working())


class TestTmk(unittest.TestCase):
    def test_kept_over_a_reboot(self):
        keys = open_keys(with_tmk())
        self.assertEqual(keys.kcv(TMK), tdes_kcv(MASTER).hex().upper())

    def test_short_check_value(self):
        flash = NorMemory(SIZE)
        open_keys(flash).inject_tmk(bytearray(MASTER), tdes_kcv(MASTER)[:3])
        self.assertTrue(open_keys(flash).has_tmk())

    def test_refused(self):
        flash = signed_on()
        before = bytes(flash.cells)
        kcv = tdes_kcv(MASTER)
        cases = (
            (bytearray(8), kcv),
            (bytearray(24), kcv),
            (bytearray(MASTER[:15]), kcv),
            (bytearray(MASTER), b"\0\0\0\0"),
            (bytearray(MASTER), kcv[:3] + bytes([kcv[3] ^ 1])),
            (bytearray(MASTER), b""),
            (bytearray(MASTER), kcv[:2]),
            (bytearray(MASTER), kcv + b"\0"),
        )
        for key, value in cases:
            with self.assertRaises(KeyStoreError):
                open_keys(flash).inject_tmk(key, value)
            self.assertEqual(flash.cells, before)

    def test_a_new_one_drops_the_working_keys(self):
        flash = signed_on()
        other = bytearray(range(1, 17))
        keys = open_keys(flash)
        keys.inject_tmk(other, tdes_kcv(other))
        for found in (keys, open_keys(flash)):
            self.assertEqual(found.roles(), (TMK,))
            self.assertEqual(found.kcv(TMK), tdes_kcv(other).hex().upper())

    def test_the_callers_key_is_left_alone(self):
        key = bytearray(MASTER)
        open_keys(NorMemory(SIZE)).inject_tmk(key, tdes_kcv(MASTER))
        self.assertEqual(key, MASTER)


class TestUse(unittest.TestCase):
    def test_pin_block(self):
        vector = VECTORS["pin_block_tdes"]
        self.assertEqual(vector["pik"], SIGN_ON["pik"])
        pin = bytearray(vector["pin"].encode())
        keys = open_keys(signed_on())
        self.assertEqual(keys.pin_block(pin, vector["pan"].encode()), unhex(vector["f52"]))
        with self.assertRaises(CryptoError):
            keys.pin_block(bytearray(b"123"), _PAN)

    def test_mac(self):
        from pos.crypto.des import Tdes
        from pos.crypto.mac import ecb_mac

        keys = open_keys(signed_on())
        code = keys.mac((_TEXT[:10], memoryview(_TEXT)[10:]))
        self.assertEqual(code, ecb_mac(Tdes(unhex(SIGN_ON["mak"])), (_TEXT,)))
        self.assertTrue(keys.mac_ok((_TEXT,), code))
        self.assertTrue(keys.mac_ok((_TEXT,), memoryview(code)))

    def test_mac_not_ok(self):
        keys = open_keys(signed_on())
        code = keys.mac((_TEXT,))
        for bad in (None, b"", code[:7], code + b"0", code[:7] + b"g", bytes(8)):
            self.assertFalse(keys.mac_ok((_TEXT,), bad))
        self.assertFalse(keys.mac_ok((flipped(_TEXT, 3),), code))

    def test_card_hash(self):
        flash = signed_on()
        value = open_keys(flash).card_hash(_PAN)
        self.assertEqual(len(value), 8)
        self.assertEqual(open_keys(flash).card_hash(bytearray(_PAN)), value)
        self.assertNotEqual(open_keys(flash).card_hash(b"6200001234567900"), value)
        self.assertNotEqual(open_keys(NorMemory(SIZE), bytes(32)).card_hash(_PAN), value)
        self.assertEqual(open_keys(NorMemory(SIZE)).card_hash(_PAN), value)  # no TMK needed

    def test_journal_key(self):
        key = open_keys(signed_on()).journal_key()
        self.assertEqual(len(key), 32)
        self.assertEqual(open_keys(NorMemory(SIZE)).journal_key(), key)
        self.assertNotEqual(open_keys(NorMemory(SIZE), bytes(32)).journal_key(), key)
        self.assertNotEqual(key[:8], open_keys(NorMemory(SIZE)).card_hash(b""))

    def test_nothing_secret_is_shown(self):
        self.assertFalse("11" * 4 in repr(open_keys(signed_on())))


class TestWiped(unittest.TestCase):
    def setUp(self):
        self.keys = open_keys(signed_on())
        self.keys.load()
        self.rings = []
        self.ciphers = []
        self.keys._vault.open = _recording(self.keys._vault.open, self.rings)
        self.keys._cipher = _recording(self.keys._cipher, self.ciphers)

    def _nothing_left(self, rings, ciphers):
        self.assertEqual((len(self.rings), len(self.ciphers)), (rings, ciphers))
        for ring in self.rings:
            self.assertFalse(any(ring))
        for cipher in self.ciphers:
            self.assertFalse(any(cipher._rounds))

    def test_after_each_use(self):
        self.keys.mac((b"text",))
        self.keys.pin_block(bytearray(b"1234"), _PAN)
        self.keys.kcv(PIK)
        self._nothing_left(3, 3)

    def test_after_a_use_that_fails(self):
        with self.assertRaises(TypeError):
            self.keys.mac((1,))
        with self.assertRaises(KeyStoreError):
            self.keys.install_working(flipped(unhex(SIGN_ON["f62"]), 0), "003")
        self._nothing_left(2, 2)

    def test_after_sign_on(self):
        self.keys.install_working(unhex(SIGN_ON["f62"]), "003")
        self._nothing_left(3, 1)


def _recording(real, made):
    def call(argument):
        made.append(real(argument))
        return made[-1]

    return call


if __name__ == "__main__":
    unittest.main()
