# SPDX-License-Identifier: MIT
"""The key store of an SM4 terminal: what it takes and refuses, what it makes of PIN and text."""

import unittest

from fakes.flash import NorMemory
from fakes.keystores import (
    MASTER,
    SIGN_ON,
    SIZE,
    SM4_MASTER,
    VECTORS,
    flipped,
    open_keys,
    signed_on,
    sm4_f62,
    unhex,
    with_sm4_tmk,
)
from pos.core.errors import KeyStoreError
from pos.crypto.errors import CryptoError
from pos.crypto.kcv import sm4_kcv, tdes_kcv
from pos.keystore.roles import AES, MAK, NAMES, PIK, SM4, TDES, TDK, TMK

_WORK = VECTORS["sm4_workkey_kcv"]
_PUBLISHED = unhex(_WORK["key_cipher"]) + unhex(_WORK["kcv8"])
_KEYS = (
    unhex("0123456789ABCDEFFEDCBA9876543210"),
    unhex("00112233445566778899AABBCCDDEEFF"),
    unhex("89ABCDEF0123456776543210FEDCBA98"),
)


def _installed(keys=_KEYS, variant="006", mac_method="ecb"):
    flash = with_sm4_tmk()
    open_keys(flash).install_working(sm4_f62(keys), variant)
    return open_keys(flash, mac_method=mac_method)


class TestSignOn(unittest.TestCase):
    def test_published_key_and_check_value(self):
        for variant, count, roles in (("005", 2, (PIK, MAK)), ("006", 3, (PIK, MAK, TDK))):
            for kcv_bytes in (4, 8):
                flash = with_sm4_tmk()
                f62 = _PUBLISHED[: 16 + kcv_bytes] * count
                open_keys(flash).install_working(f62, variant)
                keys = open_keys(flash)
                self.assertEqual(keys.roles(), (TMK,) + roles)
                for role in roles:
                    self.assertEqual(keys.kcv(role), _WORK["kcv8"][:8])

    def test_every_key_in_its_place(self):
        keys = _installed()
        for n in range(3):
            self.assertEqual(keys.kcv(PIK + n), sm4_kcv(_KEYS[n])[:4].hex().upper())

    def test_a_mak_place_that_ends_in_zeros_is_a_whole_key(self):
        # the zero-filled place is a habit of triple DES sign-ons
        f62 = sm4_f62(_KEYS[:2])
        wrapped = f62[20:28] + bytes(8)
        with self.assertRaises(KeyStoreError) as caught:
            keys = open_keys(with_sm4_tmk())
            keys.install_working(f62[:20] + wrapped + f62[36:], "005")
        self.assertEqual(caught.exception.reason, "MAK check value")

    def _refused(self, f62, variant, reason, flash=None):
        if flash is None:
            flash = with_sm4_tmk()
            open_keys(flash).install_working(sm4_f62(_KEYS), "006")
        before = bytes(flash.cells)
        keys = open_keys(flash)
        with self.assertRaises(KeyStoreError) as caught:
            keys.install_working(f62, variant)
        self.assertEqual(caught.exception.reason, reason)
        self.assertEqual(flash.cells, before)
        self.assertEqual(keys.kcv(TDK), open_keys(flash).kcv(TDK))

    def test_wrong_check_value_leaves_the_previous_keys(self):
        other = (_KEYS[2], _KEYS[0], _KEYS[1])
        for kcv_bytes in (4, 8):
            f62 = sm4_f62(other, kcv_bytes)
            each = 16 + kcv_bytes
            for n in range(3):
                for at in (0, 15, 16, each - 1):
                    reason = NAMES[PIK + n] + " check value"
                    self._refused(flipped(f62, n * each + at), "006", reason)

    def test_wrong_length(self):
        f62 = sm4_f62(_KEYS, 8) * 2  # long enough for each
        for variant, right in (("005", (40, 48)), ("006", (60, 72))):
            # 104: a vendor's layout (unionpay.md 4.1)
            for length in (0, 24, 39, 40, 41, 48, 50, 59, 60, 61, 63, 72, 80, 104):
                if length not in right:
                    self._refused(f62[:length], variant, "F62 length %d" % length)

    def test_keys_of_the_other_family(self):
        self._refused(unhex(SIGN_ON["f62"]), "003", "TMK algorithm")
        tdes = signed_on("signin_f62_004")
        self._refused(sm4_f62(_KEYS[:2], 4, MASTER), "005", "TMK algorithm", tdes)


class TestTmk(unittest.TestCase):
    def test_its_family_is_kept(self):
        keys = open_keys(with_sm4_tmk())
        self.assertEqual(keys.kcv(TMK), sm4_kcv(SM4_MASTER)[:4].hex().upper())

    def test_the_check_value_is_that_of_the_family(self):
        key = bytearray(SM4_MASTER)
        cases = ((SM4, tdes_kcv(key)), (TDES, sm4_kcv(key)[:4]), (AES, sm4_kcv(key)[:4]))
        for algorithm, kcv in cases:
            with self.assertRaises(KeyStoreError) as caught:
                open_keys(NorMemory(SIZE)).inject_tmk(key, kcv, algorithm)
            self.assertEqual(caught.exception.reason, "TMK check value")
        with self.assertRaises(KeyStoreError):
            open_keys(NorMemory(SIZE)).inject_tmk(key, tdes_kcv(key), 9)

    def test_sm4_replaces_tdes(self):
        flash = signed_on()
        open_keys(flash).inject_tmk(bytearray(SM4_MASTER), sm4_kcv(SM4_MASTER)[:4], SM4)
        keys = open_keys(flash)
        self.assertEqual(keys.roles(), (TMK,))
        keys.install_working(sm4_f62(_KEYS), "006")
        self.assertTrue(keys.has_working())


class TestUse(unittest.TestCase):
    def test_pin_block(self):
        vector = VECTORS["pin_block_sm4"]
        self.assertEqual(unhex(vector["pik"]), _KEYS[0])
        block = _installed().pin_block(bytearray(b"123456"), vector["pan"].encode())
        self.assertEqual(bytes(block), unhex(vector["cipher"]))
        self.assertTrue(isinstance(block, bytearray))  # to be wiped
        with self.assertRaises(CryptoError):
            _installed().pin_block(bytearray(b"123"), vector["pan"].encode())

    def test_mac(self):
        for method, name, value in (
            ("ecb", "mac_sm4_ecb", "f64"),
            ("cbc", "mac_sm4_cbc", "left8"),
        ):
            vector = VECTORS[name]
            text = unhex(vector["data"])
            keys = _installed((_KEYS[1], unhex(vector["mak"])), "005", method)
            code = keys.mac((text[:7], text[7:]))
            self.assertEqual(code, unhex(vector[value]))
            self.assertTrue(keys.mac_ok((text,), code))
            self.assertFalse(keys.mac_ok((text,), flipped(code, 7)))
            self.assertFalse(keys.mac_ok((flipped(text, 90),), code))

    def test_cbc_of_triple_des(self):
        vector = VECTORS["mac_x99"]
        from pos.crypto.des import Tdes

        mak = unhex(vector["mak"])
        f62 = unhex(SIGN_ON["f62"])
        f62 = f62[:20] + Tdes(MASTER).encrypt(mak) + bytes(8) + tdes_kcv(mak)
        flash = signed_on()
        open_keys(flash).install_working(f62, "003")
        keys = open_keys(flash, mac_method="cbc")
        self.assertEqual(keys.mac((unhex(vector["data"]),)), unhex(vector["mac"]))

    def test_nothing_but_its_role(self):
        """No method takes a role and data: what a key may do is what the methods do."""
        keys = _installed()
        for name in dir(keys):
            for word in ("encrypt", "decrypt", "cipher", "key_of"):
                self.assertFalse(word in name and name[0] != "_", name)


if __name__ == "__main__":
    unittest.main()
