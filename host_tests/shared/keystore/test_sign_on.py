# SPDX-License-Identifier: MIT
import unittest

from fakes.keystores import (
    MASTER,
    SIGN_ON,
    VECTORS,
    flipped,
    open_keys,
    signed_on,
    unhex,
    with_tmk,
)
from pos.core.errors import KeyStoreError
from pos.crypto.des import Tdes
from pos.crypto.kcv import tdes_kcv
from pos.keystore.roles import MAK, NAMES, PIK, TDK, TMK

_TEXT = unhex(VECTORS["mac_ecb_demo"]["data"])


class TestSignOn(unittest.TestCase):
    def _check_values(self, name, variant, roles):
        vector = VECTORS[name]
        flash = with_tmk(unhex(vector["tmk"]))
        open_keys(flash).install_working(unhex(vector["f62"]), variant)
        keys = open_keys(flash)
        self.assertTrue(keys.has_working())
        self.assertEqual(keys.roles(), (TMK,) + roles)
        for role, word in ((PIK, "pik"), (MAK, "mak"), (TDK, "tdk")):
            if role in roles:
                self.assertEqual(keys.kcv(role), tdes_kcv(unhex(vector[word])).hex().upper())

    def test_layouts(self):
        self._check_values("signin_f62_001", "001", (PIK, MAK))
        self._check_values("signin_f62_003", "003", (PIK, MAK))
        self._check_values("signin_f62_004", "004", (PIK, MAK, TDK))
        self._check_values("kcv_signin_003_public", "003", (PIK, MAK))

    def test_sixteen_byte_mak(self):
        # TDES under the TMK of a real double-length MAK, with the check value of the whole key
        mak = unhex(VECTORS["mac_ecb_tdes"]["mak"])
        f62 = unhex(SIGN_ON["f62"])[:20] + Tdes(MASTER).encrypt(mak) + tdes_kcv(mak)
        keys = open_keys(with_tmk())
        keys.install_working(f62, "003")
        self.assertEqual(keys.mac((_TEXT,)), unhex(VECTORS["mac_ecb_tdes"]["f64"]))

    def test_a_later_sign_on_replaces_all_working_keys(self):
        flash = signed_on("signin_f62_004")
        open_keys(flash).install_working(unhex(SIGN_ON["f62"]), "003")
        self.assertEqual(open_keys(flash).roles(), (TMK, PIK, MAK))

    def test_check_values_of_eight_bytes(self):
        vector = VECTORS["signin_f62_004"]
        f62 = b""
        for at, word in ((0, "pik"), (20, "mak"), (40, "tdk")):
            f62 += unhex(vector["f62"])[at : at + 16]
            f62 += Tdes(unhex(vector[word])).encrypt(bytes(8))
        keys = open_keys(with_tmk())
        keys.install_working(f62, "004")
        self.assertEqual(keys.kcv(TDK), tdes_kcv(unhex(vector["tdk"])).hex().upper())
        for at in (20, 44, 71):  # each of the eight counts
            self._refused(flipped(f62, at), "004", NAMES[2 + at // 24] + " check value")

    def _refused(self, f62, variant, reason):
        flash = signed_on("signin_f62_004")
        before = bytes(flash.cells)
        keys = open_keys(flash)
        kcvs = [keys.kcv(role) for role in keys.roles()]
        with self.assertRaises(KeyStoreError) as caught:
            keys.install_working(f62, variant)
        self.assertEqual(caught.exception.reason, reason)
        self.assertEqual([keys.kcv(role) for role in keys.roles()], kcvs)
        self.assertEqual(flash.cells, before)

    def test_wrong_check_value_leaves_the_previous_keys(self):
        f62 = unhex(VECTORS["signin_f62_004"]["f62"])
        for at, word in ((0, "PIK"), (16, "PIK"), (19, "PIK"), (20, "MAK"), (36, "MAK")):
            self._refused(flipped(f62, at), "004", word + " check value")
        self._refused(flipped(f62, 35), "004", "MAK check value")  # no longer zero-filled
        for at in (40, 55, 56, 59):
            self._refused(flipped(f62, at), "004", "TDK check value")

    def test_zero_check_values_are_not_a_wildcard(self):
        f62 = unhex(SIGN_ON["f62"])
        self._refused(f62[:16] + bytes(4) + f62[20:], "003", "PIK check value")

    def test_wrong_length(self):
        f62 = unhex(VECTORS["signin_f62_004"]["f62"])
        for variant, right in (("001", 24), ("003", 40), ("004", 60)):
            for length in (0, 20, 24, 39, 40, 41, 59, 60, 84):
                if length != right:
                    self._refused((f62 + f62)[:length], variant, "F62 length %d" % length)

    def test_unknown_layout(self):
        for variant in ("", "000", "002", "007", "3"):
            self._refused(unhex(SIGN_ON["f62"]), variant, "F62 layout")

    def test_another_terminals_keys(self):
        self._refused(unhex(VECTORS["kcv_signin_003_public"]["f62"]), "003", "PIK check value")


if __name__ == "__main__":
    unittest.main()
