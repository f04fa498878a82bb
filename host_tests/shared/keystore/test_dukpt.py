# SPDX-License-Identifier: MIT
import unittest

from fakes.dukpt_stores import SIZE, NoSave, aes_flash, open_dukpt, own_vault, tdes_flash
from fakes.dukpts import (
    AES,
    AES256_KEY,
    AES_KEY,
    AES_KSN,
    TDES,
    TDES_KEY,
    aes,
    key_at,
    opened_pin,
    state_at,
    tdes,
    unhex,
)
from fakes.entropy import Fixed
from pos.core.errors import KeyStoreError, StoreError
from pos.crypto import dukpt
from pos.crypto.cmac import cmac
from pos.crypto.des import Tdes
from pos.crypto.errors import CryptoError
from pos.crypto.mac import x919
from pos.store.forgetting import ForgettingSlot
from pos.store.slots import AtomicSlot

_PIN = TDES["pin"].encode()
_TDES_PAN = TDES["pan"].encode()
_AES_PAN = AES["pan"].encode()
_TEXT = TDES["text"].encode()


def _moved_to(flash, scheme, key, counter):
    """Write the state before a later transaction, as the device itself would have it."""
    vault = own_vault()
    slot = ForgettingSlot(flash.partition(0, flash.size))
    content = vault.open(slot.load())
    state = state_at(scheme, key, counter)
    content[16 : 16 + len(state)] = state
    slot.save(vault.seal(content))
    return flash


class _Case(unittest.TestCase):
    def _refused(self, reason, make, *arguments, error=KeyStoreError):
        with self.assertRaises(error) as caught:
            make(*arguments)
        self.assertEqual(caught.exception.reason, reason)


class TestTdes(_Case):
    def test_pin_blocks_of_the_annex(self):
        flash = tdes_flash()
        keys = open_dukpt(flash)
        for vector in TDES["transactions"][:21]:
            ksn, block = keys.next_pin(bytearray(_PIN), _TDES_PAN)
            self.assertEqual(ksn, tdes().ksn(vector["counter"]))
            self.assertEqual(block, unhex(vector["pin_block"]))

    def test_pin_blocks_over_the_skipped_counters(self):
        vectors = TDES["transactions"][21:]
        flash = _moved_to(tdes_flash(), tdes(), TDES_KEY, vectors[0]["counter"])
        for vector in vectors:  # a restart before each
            ksn, block = open_dukpt(flash).next_pin(bytearray(_PIN), _TDES_PAN)
            self.assertEqual(ksn, tdes().ksn(vector["counter"]))
            self.assertEqual(block, unhex(vector["pin_block"]))

    def test_macs_of_the_annex(self):
        keys = open_dukpt(tdes_flash())
        for vector in TDES["transactions"][:5]:
            transaction = keys.next()
            self.assertEqual(transaction.mac((_TEXT[:5], _TEXT[5:])), unhex(vector["mac_request"]))
            answer = unhex(vector["mac_response"])
            self.assertTrue(transaction.mac_ok((_TEXT,), answer))
            self.assertTrue(transaction.mac_ok((_TEXT,), answer[:4]))
            self.assertFalse(transaction.mac_ok((_TEXT,), answer[:3]))
            self.assertFalse(transaction.mac_ok((_TEXT,), b""))
            self.assertFalse(transaction.mac_ok((_TEXT,), answer + b"\0"))
            self.assertFalse(transaction.mac_ok((_TEXT + b"1",), answer))
            self.assertFalse(transaction.mac_ok((_TEXT,), transaction.mac((_TEXT,))))

    def test_data_of_the_annex(self):
        keys = open_dukpt(tdes_flash())
        for vector in TDES["transactions"][:5]:
            transaction = keys.next()
            self.assertEqual(transaction.encrypt(_TEXT), unhex(vector["data_request"]))
            clear = bytearray(24)
            transaction.decrypt(unhex(vector["data_response"]), clear)
            self.assertEqual(clear, _TEXT + bytes(7))

    def test_format_3(self):
        transaction = open_dukpt(tdes_flash()).next()
        block = transaction.pin_block(bytearray(_PIN), _TDES_PAN, 3)
        key = tdes().working(key_at(tdes(), TDES_KEY, 1), 1, dukpt.PIN, dukpt.TDES2)
        clear = Tdes(key).decrypt(block).hex()
        self.assertEqual(clear[:4], "3412")

    def test_exhausted(self):
        flash = _moved_to(tdes_flash(), tdes(), TDES_KEY, 0x1FF800)
        keys = open_dukpt(flash)
        self.assertEqual(keys.next_ksn(), unhex("FFFF9876543210FFF800"))
        self.assertEqual(keys.next_pin(bytearray(_PIN), _TDES_PAN)[0], tdes().ksn(0x1FF800))
        for again in (keys, open_dukpt(flash)):
            for _ in range(2):
                before = bytes(flash.cells)
                self.assertIsNone(again.next_ksn())
                self._refused("DUKPT keys are used up", again.next)
                self._refused("DUKPT keys are used up", again.next_pin, bytearray(_PIN), _TDES_PAN)
                self.assertEqual(flash.cells, before)


class TestAes(_Case):
    def test_pin_blocks_of_the_supplement(self):
        flash = aes_flash()
        for vector in AES["aes128"]["transactions"][:8]:
            transaction = open_dukpt(flash).next()
            self.assertEqual(transaction.ksn, aes().ksn(vector["counter"]))
            transaction._random = Fixed(unhex(AES["random"]))
            block = transaction.pin_block(bytearray(_PIN), _AES_PAN)
            self.assertEqual(block, unhex(vector["pin_block"]))

    def test_macs(self):
        keys = open_dukpt(aes_flash())
        for vector in AES["aes128"]["transactions"][:8]:
            transaction = keys.next()
            self.assertEqual(transaction.mac((_TEXT,)), unhex(vector["mac_request"]))
            self.assertTrue(transaction.mac_ok((_TEXT,), unhex(vector["mac_response"])))
            self.assertTrue(transaction.mac_ok((_TEXT,), unhex(vector["mac_response"])[:8]))
            self.assertFalse(transaction.mac_ok((_TEXT,), unhex(vector["mac_request"])))

    def test_data(self):
        keys = open_dukpt(aes_flash())
        for vector in AES["aes128"]["transactions"][:3]:
            transaction = keys.next()
            self.assertEqual(transaction.encrypt(_TEXT), unhex(vector["data_request"]))
            clear = bytearray(32)
            transaction.decrypt(unhex(vector["data_response"]), clear)
            self.assertEqual(clear, _TEXT + bytes(15))

    def test_every_key_length_and_working_key(self):
        for initial, working in (
            (AES_KEY, dukpt.TDES2),
            (AES_KEY, dukpt.TDES3),
            (AES_KEY, dukpt.AES128),
            (AES256_KEY, dukpt.TDES2),
            (AES256_KEY, dukpt.AES128),
            (AES256_KEY, dukpt.AES256),
        ):
            scheme = aes(len(initial))
            keys = open_dukpt(aes_flash(working, initial))
            for counter in range(1, 6):
                ksn, block = keys.next_pin(bytearray(b"123456"), _AES_PAN)
                self.assertEqual(ksn, scheme.ksn(counter))
                pin = opened_pin(scheme, initial, ksn, working, block, _AES_PAN)
                self.assertEqual(pin, "123456", (len(initial), working))

    def test_cmac_under_tdes_working_keys(self):
        transaction = open_dukpt(aes_flash(dukpt.TDES3)).next()
        key = aes().working(key_at(aes(), AES_KEY, 1), 1, dukpt.MAC_GENERATE, dukpt.TDES3)
        self.assertEqual(transaction.mac((_TEXT,)), cmac(Tdes(key), (_TEXT,)))

    def test_exhausted(self):
        for initial in (AES_KEY, AES256_KEY):
            scheme = aes(len(initial))
            flash = _moved_to(aes_flash(dukpt.AES128, initial), scheme, initial, 0xFFFF0000)
            self.assertEqual(open_dukpt(flash).next().ksn, AES_KSN[:8] + unhex("FFFF0000"))
            self.assertIsNone(open_dukpt(flash).next_ksn())
            self._refused("DUKPT keys are used up", open_dukpt(flash).next)

    def test_flash_and_blob_sizes(self):
        for make, most in ((tdes_flash, 448), (aes_flash, 640)):
            flash = make()
            before = flash.bytes_programmed
            open_dukpt(flash).next()
            self.assertTrue(flash.bytes_programmed - before <= 2 * most)
        flash = aes_flash(dukpt.AES256, AES256_KEY)
        self.assertTrue(len(AtomicSlot(flash.partition(0, SIZE)).load()) <= 1152)


class TestUse(_Case):
    def test_one_pin_block_a_key(self):
        for flash, pan in ((tdes_flash(), _TDES_PAN), (aes_flash(), _AES_PAN)):
            transaction = open_dukpt(flash).next()
            transaction.pin_block(bytearray(_PIN), pan)
            self._refused("DUKPT PIN key was used", transaction.pin_block, bytearray(_PIN), pan)

    def test_one_text_a_key(self):
        transaction = open_dukpt(aes_flash()).next()
        transaction.encrypt(_TEXT)
        self._refused("DUKPT data key was used", transaction.encrypt, _TEXT)

    def test_lengths_of_an_answer(self):
        transaction = open_dukpt(aes_flash()).next()
        for length, room in ((15, 16), (17, 32), (16, 15)):
            with self.assertRaises(CryptoError):
                transaction.decrypt(bytes(length), bytearray(room))

    def test_formats(self):
        transaction = open_dukpt(tdes_flash()).next()
        for form in (1, 2, 4, 5):
            self._refused(
                "PIN block format", transaction.pin_block, bytearray(_PIN), _TDES_PAN, form
            )
        transaction = open_dukpt(aes_flash()).next()
        for form in (0, 1, 3):
            self._refused(
                "PIN block format", transaction.pin_block, bytearray(_PIN), _AES_PAN, form
            )

    def test_pin_and_pan(self):
        transaction = open_dukpt(tdes_flash()).next()
        self._refused(
            "PIN must be 4 to 12 digits",
            transaction.pin_block,
            bytearray(b"123"),
            _TDES_PAN,
            error=CryptoError,
        )
        self._refused(
            "PAN must be 1 to 19 digits",
            open_dukpt(aes_flash()).next().pin_block,
            bytearray(_PIN),
            b"",
            error=CryptoError,
        )

    def test_a_wiped_transaction_does_nothing(self):
        transaction = open_dukpt(tdes_flash()).next()
        key = transaction._key
        transaction.wipe()
        self.assertEqual(key, bytes(16))
        reason = "DUKPT transaction is over"
        self._refused(reason, transaction.pin_block, bytearray(_PIN), _TDES_PAN)
        self._refused(reason, transaction.mac, (_TEXT,))
        self._refused(reason, transaction.mac_ok, (_TEXT,), bytes(8))
        self._refused(reason, transaction.encrypt, _TEXT)
        self._refused(reason, transaction.decrypt, bytes(8), bytearray(8))

    def test_pin_and_mac_keys_differ(self):
        transaction = open_dukpt(tdes_flash()).next()
        key = key_at(tdes(), TDES_KEY, 1)
        used = tdes().working(key, 1, dukpt.PIN, dukpt.TDES2)
        self.assertNotEqual(transaction.mac((_TEXT,)), x919(used, (_TEXT,)))

    def test_next_ksn_uses_nothing_up(self):
        flash = tdes_flash()
        keys = open_dukpt(flash)
        before = flash.ops
        self.assertEqual(keys.next_ksn(), keys.next_ksn())
        self.assertEqual(flash.ops, before)
        self.assertEqual(keys.next().ksn, tdes().ksn(1))

    def test_nothing_secret_in_repr(self):
        transaction = open_dukpt(tdes_flash()).next()
        shown = repr(transaction) + repr(open_dukpt(tdes_flash()))
        self.assertFalse("0426" in shown or "\\x04&" in shown)


class TestBuffers(_Case):
    def test_content_and_keys_are_wiped_whatever_happens(self):
        for fails in (False, True):
            flash = aes_flash()
            keys = open_dukpt(flash)
            seen = []
            if fails:
                keys._slot = NoSave(flash)
            keys._vault = _Watched(keys._vault, seen)
            try:
                keys.next().wipe()
                keys.next_ksn()
            except StoreError:
                self.assertTrue(fails)
            self.assertTrue(len(seen) > 0)
            for content in seen:
                self.assertFalse(any(content))

    def test_a_key_that_is_not_handed_on_is_wiped(self):
        flash = tdes_flash()
        keys = open_dukpt(flash)
        keys._slot = NoSave(flash)
        taken = []
        real = dukpt.take

        def take(scheme, state, key):
            counter = real(scheme, state, key)
            taken.append((bytes(key), key))
            return counter

        dukpt.take = take
        try:
            with self.assertRaises(StoreError):
                keys.next()
        finally:
            dukpt.take = real
        self.assertEqual(taken[0][0], key_at(tdes(), TDES_KEY, 1))
        self.assertEqual(taken[0][1], bytes(16))

    def test_working_keys_are_wiped(self):
        for flash, pan in ((tdes_flash(), _TDES_PAN), (aes_flash(), _AES_PAN)):
            transaction = open_dukpt(flash).next()
            scheme = transaction._scheme = _Recorded(transaction._scheme)
            transaction.pin_block(bytearray(_PIN), pan)
            transaction.mac((_TEXT,))
            transaction.mac_ok((_TEXT,), bytes(8))
            self._refused("DUKPT PIN key was used", transaction.pin_block, bytearray(_PIN), pan)
            transaction.encrypt(_TEXT)
            transaction.decrypt(bytes(16), bytearray(16))
            self.assertEqual(scheme.uses, [0x1000, 0x2000, 0x2001, 0x3000, 0x3001])
            for key in scheme.keys:
                self.assertFalse(any(key))


class _Recorded:
    """A scheme that keeps the working keys it hands out."""

    def __init__(self, scheme):
        self.keys = []
        self.uses = []
        self.retail_mac = scheme.retail_mac
        self._scheme = scheme

    def working(self, key, counter, use, algorithm):
        self.uses.append(use)
        self.keys.append(self._scheme.working(key, counter, use, algorithm))
        return self.keys[-1]


class _Watched:
    """A vault that keeps the buffers it hands out."""

    def __init__(self, vault, seen):
        self._vault = vault
        self._seen = seen

    def open(self, sealed):
        content = self._vault.open(sealed)
        self._seen.append(content)
        return content

    def seal(self, clear):
        return self._vault.seal(clear)


if __name__ == "__main__":
    unittest.main()
