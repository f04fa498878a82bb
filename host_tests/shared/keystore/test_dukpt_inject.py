# SPDX-License-Identifier: MIT
import unittest

from fakes.dukpt_stores import SIZE, NoSave, aes_flash, blank, open_dukpt, own_vault, tdes_flash
from fakes.dukpts import (
    AES,
    AES_KEY,
    AES_KSN,
    TDES,
    TDES_KEY,
    TDES_KSN,
    aes,
    key_at,
    tdes,
)
from fakes.keystores import DEVICE, Random, flipped, open_keys, with_tmk
from pos.core.errors import KeyStoreError, StoreError
from pos.crypto import dukpt
from pos.crypto.kcv import aes_kcv, tdes_kcv
from pos.keystore.dukpt import Dukpt
from pos.store.slots import AtomicSlot

_PIN = TDES["pin"].encode()
_TDES_PAN = TDES["pan"].encode()
_AES_PAN = AES["pan"].encode()


class _Case(unittest.TestCase):
    def _refused(self, reason, make, *arguments, error=KeyStoreError):
        with self.assertRaises(error) as caught:
            make(*arguments)
        self.assertEqual(caught.exception.reason, reason)


class TestInjection(_Case):
    def test_nothing_injected(self):
        keys = open_dukpt(blank())
        self._refused("no DUKPT keys", keys.next)
        self._refused("no DUKPT keys", keys.next_ksn)

    def _both(self, reason, key, ksn, kcv):
        """Neither on blank flash nor over other keys, which stay."""
        for flash in (blank(), aes_flash()):
            before = bytes(flash.cells)
            self._refused(reason, open_dukpt(flash).inject_tdes, bytearray(key), ksn, kcv)
            self.assertEqual(flash.cells, before)

    def test_tdes_refused(self):
        kcv = tdes_kcv(TDES_KEY)
        self._both("DUKPT KSN length", TDES_KEY, TDES_KSN[:9], kcv)
        self._both("DUKPT KSN length", TDES_KEY, AES_KSN, kcv)
        self._both("DUKPT KSN counter is not zero", TDES_KEY, tdes().ksn(1), kcv)
        self._both("DUKPT key length", TDES_KEY[:8], TDES_KSN, tdes_kcv(TDES_KEY[:8]))
        self._both("DUKPT key length", TDES_KEY * 2, TDES_KSN, kcv)
        self._both("DUKPT key check value", TDES_KEY, TDES_KSN, flipped(kcv, 3))
        self._both("DUKPT key check value", TDES_KEY, TDES_KSN, kcv[:2])
        self._both("DUKPT key check value", TDES_KEY, TDES_KSN, b"")
        self._both("DUKPT key check value", TDES_KEY, TDES_KSN, kcv + b"\0")

    def test_aes_refused(self):
        keys = open_dukpt(blank())
        kcv = aes_kcv(AES_KEY)
        for reason, key, ksn, code, working in (
            ("DUKPT key length", AES_KEY[:15], AES_KSN, kcv, dukpt.AES128),
            ("DUKPT key length", b"", AES_KSN, kcv, dukpt.AES128),
            ("DUKPT KSN length", AES_KEY, TDES_KSN, kcv, dukpt.AES128),
            ("DUKPT KSN counter is not zero", AES_KEY, aes().ksn(1), kcv, dukpt.AES128),
            ("DUKPT key check value", AES_KEY, AES_KSN, flipped(kcv, 0), dukpt.AES128),
            ("DUKPT key algorithm", AES_KEY, AES_KSN, kcv, 5),
            (
                "DUKPT working key stronger than its parent",
                AES_KEY,
                AES_KSN,
                kcv,
                dukpt.AES256,
            ),
        ):
            self._refused(reason, keys.inject_aes, bytearray(key), ksn, code, working)
        self._refused("no DUKPT keys", keys.next)

    def test_short_check_value(self):
        keys = open_dukpt(blank())
        keys.inject_tdes(bytearray(TDES_KEY), TDES_KSN, tdes_kcv(TDES_KEY)[:3])
        self.assertEqual(keys.next_ksn(), tdes().ksn(1))

    def test_the_same_ksn_does_not_begin_again(self):
        flash = tdes_flash()
        open_dukpt(flash).next()
        self._refused(
            "DUKPT KSN was loaded before",
            open_dukpt(flash).inject_tdes,
            bytearray(TDES_KEY),
            TDES_KSN,
            tdes_kcv(TDES_KEY),
        )
        self.assertEqual(open_dukpt(flash).next_ksn(), tdes().ksn(2))

    def test_new_keys_replace_the_old(self):
        flash = tdes_flash()
        open_dukpt(flash).next()
        open_dukpt(flash).inject_aes(bytearray(AES_KEY), AES_KSN, aes_kcv(AES_KEY), dukpt.AES128)
        self.assertEqual(open_dukpt(flash).next_ksn(), aes().ksn(1))

    def test_the_initial_key_is_the_callers_to_wipe(self):
        key = bytearray(TDES_KEY)
        open_dukpt(blank()).inject_tdes(key, TDES_KSN, tdes_kcv(TDES_KEY))
        self.assertEqual(key, TDES_KEY)


class TestAtRest(_Case):
    def test_no_clear_key_on_flash(self):
        flash = tdes_flash()
        for _ in range(3):
            open_dukpt(flash).next()
        cells = bytes(flash.cells)
        for counter in (1, 2, 3, 4, 8, 16, 1 << 20):
            self.assertEqual(cells.find(key_at(tdes(), TDES_KEY, counter)[:6]), -1)
        self.assertEqual(cells.find(TDES_KEY[:6]), -1)

    def test_one_state_only(self):
        # What the device key opens on flash is the newest state: no past key can be had from it.
        flash = aes_flash()
        keys = open_dukpt(flash)
        for _ in range(30):
            keys.next()
            places = [at for at in range(0, SIZE, 64) if flash.cells[at : at + 4] == b"Slot"]
            self.assertEqual(len(places), 1)

    def test_another_device_and_any_changed_byte(self):
        flash = tdes_flash()
        self._refused("key store damaged", open_dukpt(flash, bytes(32)).next)
        whole = AtomicSlot(flash.partition(0, SIZE)).load()
        for at in range(0, len(whole), 7):
            changed = blank()
            AtomicSlot(changed.partition(0, SIZE)).save(flipped(whole, at))
            with self.assertRaises(KeyStoreError):
                open_dukpt(changed).next()

    def test_blobs_of_the_key_store_and_of_dukpt_are_not_exchanged(self):
        keyring = with_tmk()
        self._refused("key store damaged", open_dukpt(keyring).next)
        self._refused("key store damaged", open_keys(tdes_flash()).load)

    def test_other_version(self):
        flash = tdes_flash()
        vault = own_vault()
        for at in (0, 1):
            content = vault.open(AtomicSlot(flash.partition(0, SIZE)).load())
            content[at] ^= 3
            other = blank()
            AtomicSlot(other.partition(0, SIZE)).save(vault.seal(content))
            self._refused("DUKPT version", open_dukpt(other).next)

    def test_device_key_length(self):
        for length in (0, 16, 31, 33):
            self._refused("device key length", open_dukpt, blank(), bytes(length))

    def test_entropy_that_fails_uses_nothing_up(self):
        flash = tdes_flash()
        self._refused("random source", open_dukpt(flash, DEVICE, lambda length: b"").next)
        self.assertEqual(open_dukpt(flash).next_ksn(), tdes().ksn(1))

    def test_flash_that_refuses_gives_no_key(self):
        flash = tdes_flash()
        slot = NoSave(flash)
        keys = Dukpt(slot, DEVICE, Random())
        with self.assertRaises(StoreError):
            keys.next_pin(bytearray(_PIN), _TDES_PAN)
        self.assertEqual(open_dukpt(flash).next_ksn(), tdes().ksn(1))


if __name__ == "__main__":
    unittest.main()
