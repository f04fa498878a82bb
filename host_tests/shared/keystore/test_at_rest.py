# SPDX-License-Identifier: MIT
import unittest

from fakes.flash import KINDS, NorMemory, PowerCut
from fakes.keystores import (
    DEVICE,
    MASTER,
    SIGN_ON,
    SIZE,
    VECTORS,
    Random,
    flipped,
    open_keys,
    signed_on,
    unhex,
    with_tmk,
)
from pos.core.errors import KeyStoreError, StoreError
from pos.crypto.kcv import tdes_kcv
from pos.keystore.keystore import KeyStore
from pos.keystore.roles import MAK, PIK, TDK, TMK
from pos.store.slots import AtomicSlot


class TestAtRest(unittest.TestCase):
    def test_no_clear_key_on_flash(self):
        flash = signed_on("signin_f62_004")
        cells = bytes(flash.cells)
        for word in ("tmk", "pik", "mak", "tdk"):
            key = unhex(VECTORS["signin_f62_004"][word])
            self.assertEqual(cells.find(key), -1, word)
            self.assertEqual(cells.find(key[:6]), -1, word)

    def test_the_same_keys_never_look_the_same(self):
        flash = NorMemory(SIZE)
        keys = open_keys(flash)
        keys.inject_tmk(bytearray(MASTER), tdes_kcv(MASTER))
        first = bytes(flash.cells[33:49])  # after the slot's header, version and IV
        keys.inject_tmk(bytearray(MASTER), tdes_kcv(MASTER))
        self.assertEqual(bytes(flash.cells).find(first), 33)
        self.assertEqual(bytes(flash.cells).find(first, 34), -1)

    def test_another_device_cannot_open_it(self):
        flash = signed_on()
        before = bytes(flash.cells)
        self._damaged(flash, before, bytes(32))

    def _damaged(self, flash, before, device=DEVICE):
        for use in (
            lambda keys: keys.load(),
            lambda keys: keys.has_tmk(),
            lambda keys: keys.inject_tmk(bytearray(MASTER), tdes_kcv(MASTER)),
            lambda keys: keys.install_working(unhex(SIGN_ON["f62"]), "003"),
            lambda keys: keys.mac((b"text",)),
        ):
            with self.assertRaises(KeyStoreError) as caught:
                use(open_keys(flash, device))
            self.assertEqual(caught.exception.reason, "key store damaged")
        self.assertEqual(flash.cells, before)

    def test_any_changed_byte_of_the_blob(self):
        # The slot's own check is made right again, so that it is the tag which must notice.
        whole = AtomicSlot(signed_on().partition(0, SIZE)).load()
        for at in range(len(whole)):
            flash = NorMemory(SIZE)
            AtomicSlot(flash.partition(0, SIZE)).save(flipped(whole, at))
            with self.assertRaises(KeyStoreError):
                open_keys(flash).load()

    def test_cut_short_or_foreign_blob(self):
        whole = AtomicSlot(signed_on().partition(0, SIZE)).load()
        for blob in (b"", whole[:1], whole[:49], whole[:-1], whole + b"\0", b"keys" * 40):
            flash = NorMemory(SIZE)
            AtomicSlot(flash.partition(0, SIZE)).save(blob)
            self._damaged(flash, bytes(flash.cells))

    def test_damaged_flash(self):
        flash = signed_on()
        flash.cells[128 + 100] ^= 1  # in the newest record
        self._damaged(flash, bytes(flash.cells))

    def test_device_key_length(self):
        for length in (0, 16, 31, 33):
            with self.assertRaises(KeyStoreError):
                open_keys(NorMemory(SIZE), bytes(length))

    def test_entropy_that_fails(self):
        flash = with_tmk()
        before = bytes(flash.cells)
        slot = AtomicSlot(flash.partition(0, SIZE))
        keys = KeyStore(slot, DEVICE, lambda length: b"")
        with self.assertRaises(KeyStoreError):
            keys.install_working(unhex(SIGN_ON["f62"]), "003")
        self.assertEqual(flash.cells, before)


class TestCuts(unittest.TestCase):
    def test_install_is_old_or_new(self):
        for kind in KINDS:
            for operation in (1, 2):
                flash = signed_on()
                flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    open_keys(flash).install_working(
                        unhex(VECTORS["signin_f62_004"]["f62"]), "004"
                    )
                keys = open_keys(flash.reboot())
                self.assertIn(keys.roles(), ((TMK, PIK, MAK), (TMK, PIK, MAK, TDK)))
                self.assertEqual(keys.kcv(PIK), "08D7B4FB")

    def test_first_injection_is_nothing_or_all(self):
        for kind in KINDS:
            for operation in (1, 2, 3):
                flash = NorMemory(SIZE)
                flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    open_keys(flash).inject_tmk(bytearray(MASTER), tdes_kcv(MASTER))
                keys = open_keys(flash.reboot())
                self.assertIn(keys.roles(), ((), (TMK,)))
                keys.inject_tmk(bytearray(MASTER), tdes_kcv(MASTER))
                self.assertEqual(keys.kcv(TMK), tdes_kcv(MASTER).hex().upper())

    def test_flash_that_refuses_leaves_the_previous_keys_in_use(self):
        flash = with_tmk()
        keys = KeyStore(_NoSave(flash), DEVICE, Random())
        with self.assertRaises(StoreError):
            keys.install_working(unhex(SIGN_ON["f62"]), "003")
        self.assertEqual(keys.roles(), (TMK,))


class _NoSave:
    """A slot that reads and does not write."""

    def __init__(self, flash):
        self._slot = AtomicSlot(flash.partition(0, SIZE))

    def load(self):
        return self._slot.load()

    def save(self, blob):
        raise StoreError("flash")


if __name__ == "__main__":
    unittest.main()
