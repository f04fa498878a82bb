# SPDX-License-Identifier: MIT
"""Power cut at every flash operation of a key change: old keys or new keys, never a mix.

Changes within a sector, into the next one and round into the first again. Every operation, every
kind of cut, on both runtimes.
"""

import unittest

from fakes.flash import KINDS, SECTOR_BYTES, NorMemory, PowerCut
from fakes.keystores import SIGN_ON, SIZE, VECTORS, open_keys, signed_on, unhex, with_tmk
from pos.core.errors import KeyStoreError
from pos.crypto.kcv import tdes_kcv
from pos.keystore import wipe

_NEW_TMK = unhex("0123456789ABCDEFFEDCBA9876543210")


def _inject(flash):
    open_keys(flash).inject_tmk(bytearray(_NEW_TMK), tdes_kcv(_NEW_TMK))


def _sign_on(flash):
    open_keys(flash).install_working(unhex(SIGN_ON["f62"]), "003")


def _sign_on_with_tdk(flash):
    """Another key set under the same TMK; its record is the longest."""
    open_keys(flash).install_working(unhex(VECTORS["signin_f62_004"]["f62"]), "004")


def _wiped(call, flash):
    """Call a function of keystore/wipe.py on the whole flash."""
    return call(flash.partition(0, SIZE))


def _tamper(flash):
    _wiped(wipe.tamper, flash)


def _decommission(flash):
    _wiped(wipe.decommission, flash)


def _renew(flash):
    _wiped(wipe.renew, flash)


def _held(flash):
    """Return the keys as a reboot finds them: (role, check value) of each."""
    keys = open_keys(flash)
    return [(role, keys.kcv(role)) for role in keys.roles()]


def _with_sector_full(flash=None):
    """Signed on, and no room in the sector for another record."""
    flash = flash or signed_on()
    erases = flash.erases
    while True:
        before = flash.reboot()
        _sign_on(flash)
        if flash.erases > erases:
            return before


class KeyCutsTest(unittest.TestCase):
    def _cut_everywhere(self, make, change):
        """Check each cut; the change afterwards must still work."""
        start = make()
        old = _held(start)
        done = start.reboot()
        change(done)
        new = _held(done)
        self.assertNotEqual(old, new)
        seen = []
        for kind in KINDS:
            for operation in range(1, done.ops + 1):
                flash = start.reboot()
                flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    change(flash)
                flash = flash.reboot()
                found = _held(flash)
                self.assertIn(found, (old, new), (kind, operation))
                seen.append(found == new)
                change(flash)
                self.assertEqual(_held(flash.reboot()), new, (kind, operation))
        self.assertTrue(True in seen and False in seen)  # cuts on both sides of the change
        return done.ops

    def test_first_tmk(self):
        self._cut_everywhere(lambda: NorMemory(SIZE), _inject)

    def test_another_tmk_drops_the_working_keys(self):
        self._cut_everywhere(signed_on, _inject)

    def test_first_sign_on(self):
        self._cut_everywhere(with_tmk, _sign_on)

    def test_another_sign_on(self):
        start = signed_on("signin_f62_004")
        vector = VECTORS["signin_f62_004"]
        self.assertEqual(vector["tmk"], SIGN_ON["tmk"])
        self._cut_everywhere(start.reboot, _sign_on)

    def test_where_the_slot_enters_a_sector(self):
        full = _with_sector_full()
        operations = self._cut_everywhere(full.reboot, _sign_on_with_tdk)
        self.assertEqual(operations, 3)  # an erase and two programs

    def test_where_the_slot_comes_round(self):
        flash = signed_on()
        while bytes(flash.cells[-SECTOR_BYTES:]) == b"\xff" * SECTOR_BYTES:
            _sign_on(flash)  # up to the last sector, then fill it
        full = _with_sector_full(flash)
        operations = self._cut_everywhere(full.reboot, _sign_on_with_tdk)
        self.assertEqual(operations, 3)


class WipeCutsTest(unittest.TestCase):
    """After a cut: the old keys whole and unmarked, or marked and erased by the next boot."""

    def _cut_everywhere(self, start, change):
        old = _held(start)
        done = start.reboot()
        change(done)
        for kind in KINDS:
            for operation in range(1, done.ops + 1):
                flash = start.reboot()
                flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    change(flash)
                self._after(flash.reboot(), old, (kind, operation))
                yield kind, operation, flash.reboot()

    def _after(self, flash, old, where):
        if _wiped(wipe.finish, flash):
            self.assertEqual(bytes(flash.cells[:-SECTOR_BYTES]), b"\xff" * (SIZE - SECTOR_BYTES))
            self.assertEqual(bytes(flash.cells[-SECTOR_BYTES:]), bytes(SECTOR_BYTES), where)
            return
        try:
            self.assertIn(_held(flash), (old, []), where)
        except KeyStoreError as error:  # nothing left that could be opened
            self.assertEqual(error.reason, "key store damaged")

    def test_tamper(self):
        for _, operation, flash in self._cut_everywhere(signed_on(), _tamper):
            self.assertTrue(
                _wiped(wipe.marked, flash) or operation == 1
            )  # the first writes the mark

    def test_tamper_with_the_slot_in_its_last_sector(self):
        flash = signed_on()
        while bytes(flash.cells[-SECTOR_BYTES:]) == b"\xff" * SECTOR_BYTES:
            _sign_on(flash)
        for _, operation, left in self._cut_everywhere(flash.reboot(), _tamper):
            self.assertTrue(_wiped(wipe.marked, left) or operation == 1)

    def test_decommission_can_be_repeated(self):
        for kind, operation, flash in self._cut_everywhere(signed_on(), _decommission):
            _decommission(flash)
            self.assertEqual(bytes(flash.cells), b"\xff" * SIZE, (kind, operation))

    def test_new_keys_after_tamper(self):
        start = signed_on()
        _tamper(start)
        done = start.reboot()
        _renew(done)
        self.assertEqual(done.ops, 1)
        for kind in ("clean", "torn", "weak"):  # a ruined erase is for decommission to clear
            flash = start.reboot()
            flash.fuse(1, kind)
            with self.assertRaises(PowerCut):
                _renew(flash)
            flash = flash.reboot()
            _renew(flash)
            _inject(flash)
            self.assertEqual(_held(flash), [(1, tdes_kcv(_NEW_TMK).hex().upper())])


class WipeTest(unittest.TestCase):
    def test_a_store_in_use_is_not_marked(self):
        for flash in (NorMemory(SIZE), with_tmk(), signed_on(), _with_sector_full()):
            before = bytes(flash.cells)
            self.assertFalse(_wiped(wipe.finish, flash))
            _renew(flash)
            self.assertEqual(bytes(flash.cells), before)

    def test_no_generation_stays(self):
        flash = _with_sector_full()
        _tamper(flash)
        self.assertEqual(set(flash.cells), {0, 255})
        self.assertTrue(_wiped(wipe.finish, flash.reboot()))
        self.assertEqual(flash.reboot().ops, 0)

    def test_a_marked_store_opens_for_nobody(self):
        flash = signed_on()
        _tamper(flash)
        with self.assertRaises(KeyStoreError):
            open_keys(flash).load()

    def test_flash_that_does_not_erase_is_told(self):
        for call in (wipe.tamper, wipe.decommission, wipe.erase):
            flash = signed_on()
            flash.erase = lambda offset: None
            with self.assertRaises(KeyStoreError):
                _wiped(call, flash)
