# SPDX-License-Identifier: MIT
"""The power goes at every flash operation of a life of injection and transactions."""

import unittest

from fakes.dukpts import (
    AES256_KEY,
    AES_KEY,
    AES_KSN,
    TDES_KEY,
    TDES_KSN,
    aes,
    opened_pin,
    tdes,
    unhex,
)
from fakes.flash import KINDS, SECTOR_BYTES, NorMemory, PowerCut
from fakes.keystores import DEVICE, Random
from pos.core.errors import KeyStoreError
from pos.crypto import dukpt
from pos.crypto.kcv import aes_kcv, tdes_kcv
from pos.keystore.dukpt import Dukpt
from pos.store.forgetting import ForgettingSlot

_SIZE = 2 * SECTOR_BYTES
_PAN = b"4111111111111111"
_OTHER_KSN = unhex("99999999999999E00000")


class _Life:
    """A terminal with one flash: what it gave away before and after cuts."""

    def __init__(self, initial):
        self.flash = NorMemory(_SIZE)
        self.given = []
        self._initial = initial
        self._keys = None

    def boot(self):
        """Start anew with the cells as they are."""
        self.flash = self.flash.reboot()
        self._keys = None

    def inject(self):
        """Load the initial key, unless a cut came after it was durable."""
        initial = self._initial
        try:
            if len(initial) == 32 or initial == AES_KEY:
                self._open().inject_aes(
                    bytearray(initial), AES_KSN, aes_kcv(initial), dukpt.AES128
                )
            else:
                self._open().inject_tdes(bytearray(initial), TDES_KSN, tdes_kcv(initial))
        except KeyStoreError as error:
            if error.reason != "DUKPT KSN was loaded before":
                raise

    def pay(self, times):
        """Give away KSN and PIN block, as a message that left."""
        for _ in range(times):
            self.given.append(self._open().next_pin(bytearray(b"2468"), _PAN))

    def _open(self):
        if self._keys is None:
            slot = ForgettingSlot(self.flash.partition(0, _SIZE))
            self._keys = Dukpt(slot, DEVICE, Random())
        return self._keys


class TestCuts(unittest.TestCase):
    def _live(self, initial, scheme, working, operation, kind, times):
        """Return the life with a cut at an operation, or None when it has no such operation."""
        life = _Life(initial)
        life.flash.fuse(operation, kind)
        try:
            life.inject()
            life.pay(times)
            return None
        except PowerCut:
            pass
        life.boot()
        life.inject()
        life.pay(3)
        life.boot()
        life.pay(2)
        self._right(life, initial, scheme, working, (operation, kind))
        return life

    def _right(self, life, initial, scheme, working, what):
        """No KSN twice, at most one skipped at the cut, every block opens under its own key."""
        counters = []
        for ksn, block in life.given:
            self.assertEqual(opened_pin(scheme, initial, ksn, working, block, _PAN), "2468", what)
            counters.append(int.from_bytes(ksn[-4:], "big") & (1 << scheme.bits) - 1)
        for i in range(1, len(counters)):
            step = counters[i] - counters[i - 1]
            self.assertTrue(step in (1, 2), (what, counters))
        self.assertTrue(counters[0] in (1, 2), what)
        self.assertTrue(counters[-1] - len(counters) in (0, 1), (what, counters))

    def _every(self, initial, scheme, working, kinds, times):
        for kind in kinds:
            operation = 1
            while self._live(initial, scheme, working, operation, kind, times):
                operation += 1
            self.assertTrue(operation > 3 * times, kind)  # three and more a transaction

    def test_aes(self):
        self._every(AES_KEY, aes(), dukpt.AES128, KINDS, 14)

    def test_aes_256(self):
        self._every(AES256_KEY, aes(32), dukpt.AES128, ("clean", "garbage"), 5)

    def test_tdes(self):
        self._every(TDES_KEY, tdes(), dukpt.TDES2, ("clean", "torn"), 5)

    def test_no_key_leaves_before_its_state_is_durable(self):
        # A `weak` cut at the record's mark: all of it is on flash, and the key was never given.
        life = _Life(AES_KEY)
        life.inject()
        life.flash.fuse(2, "weak")
        with self.assertRaises(PowerCut):
            life.pay(1)
        self.assertEqual(life.given, [])
        life.boot()
        life.pay(1)
        self.assertEqual(life.given[0][0], aes().ksn(2))

    def test_cut_again_and_again(self):
        # Cuts after 1 to 29 operations, in the middle of sweeping too: the life goes on over 60.
        life = _Life(AES_KEY)
        life.inject()
        for number in range(60):
            life.boot()
            life.flash.fuse(1 + number * 7 % 29, KINDS[number % 4])
            with self.assertRaises(PowerCut):
                life.pay(9)
        ksns = [ksn for ksn, _ in life.given]
        self.assertTrue(len(ksns) > 30)
        self.assertEqual(len(set(ksns)), len(ksns))
        self.assertEqual(sorted(ksns), ksns)

    def test_injection_over_other_keys_is_old_or_new(self):
        for kind in KINDS:
            for operation in range(1, 5):
                life = _Life(TDES_KEY)
                life.inject()
                life.pay(2)
                life.boot()
                life.flash.fuse(operation, kind)
                slot = ForgettingSlot(life.flash.partition(0, _SIZE))
                try:
                    Dukpt(slot, DEVICE, Random()).inject_tdes(
                        bytearray(TDES_KEY), _OTHER_KSN, tdes_kcv(TDES_KEY)
                    )
                except PowerCut:
                    pass
                life.boot()
                life.pay(1)
                ksn = life.given[-1][0]
                self.assertIn(ksn, (tdes().ksn(3), _OTHER_KSN[:9] + b"\x01"), (kind, operation))


if __name__ == "__main__":
    unittest.main()
