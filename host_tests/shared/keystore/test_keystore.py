# SPDX-License-Identifier: MIT
import unittest

from fakes.flash import KINDS, NorMemory, PowerCut
from pos.core.errors import KeyStoreError, StoreError
from pos.crypto.errors import CryptoError
from pos.crypto.kcv import tdes_kcv
from pos.keystore.keystore import KeyStore
from pos.keystore.roles import MAK, PIK, TDK, TMK
from pos.store.slots import AtomicSlot
from vectors_io import load

_H = bytes.fromhex
_VECTORS = {vector["name"]: vector for vector in load("crypto.json")}
_SIGN_ON = _VECTORS["signin_f62_003"]
_TMK = _H(_SIGN_ON["tmk"])
_DEVICE = bytes(range(32))
_SIZE = 16384
_PAN = b"6200001234567892"
_TEXT = _H(_VECTORS["mac_ecb_demo"]["data"])


class _Random:
    """Entropy that never gives the same bytes twice, so that a used-up or constant IV is seen."""

    def __init__(self):
        self.given = 0

    def __call__(self, length):
        self.given += 1
        return self.given.to_bytes(length, "big")


def _open(flash, device=_DEVICE):
    return KeyStore(AtomicSlot(flash.partition(0, _SIZE)), device, _Random())


def _with_tmk(tmk=_TMK):
    flash = NorMemory(_SIZE)
    _open(flash).inject_tmk(bytearray(tmk), tdes_kcv(tmk))
    return flash


def _signed_on(name="signin_f62_003"):
    vector = _VECTORS[name]
    flash = _with_tmk(_H(vector["tmk"]))
    _open(flash).install_working(_H(vector["f62"]), name[-3:])
    return flash


class TestEmpty(unittest.TestCase):
    def test_erased_partition(self):
        keys = _open(NorMemory(_SIZE))
        keys.load()
        self.assertFalse(keys.has_tmk())
        self.assertFalse(keys.has_working())
        self.assertEqual(keys.roles(), ())

    def test_every_use_says_which_key_is_missing(self):
        keys = _open(NorMemory(_SIZE))
        uses = (
            ("no TMK", lambda: keys.install_working(_H(_SIGN_ON["f62"]), "003")),
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
        keys = _open(_with_tmk())
        self.assertTrue(keys.has_tmk())
        self.assertFalse(keys.has_working())


class TestTmk(unittest.TestCase):
    def test_kept_over_a_reboot(self):
        keys = _open(_with_tmk())
        self.assertEqual(keys.kcv(TMK), tdes_kcv(_TMK).hex().upper())

    def test_short_check_value(self):
        flash = NorMemory(_SIZE)
        _open(flash).inject_tmk(bytearray(_TMK), tdes_kcv(_TMK)[:3])
        self.assertTrue(_open(flash).has_tmk())

    def test_refused(self):
        flash = _signed_on()
        before = bytes(flash.cells)
        kcv = tdes_kcv(_TMK)
        cases = (
            (bytearray(8), kcv),
            (bytearray(24), kcv),
            (bytearray(_TMK[:15]), kcv),
            (bytearray(_TMK), b"\0\0\0\0"),
            (bytearray(_TMK), kcv[:3] + bytes([kcv[3] ^ 1])),
            (bytearray(_TMK), b""),
            (bytearray(_TMK), kcv[:2]),
            (bytearray(_TMK), kcv + b"\0"),
        )
        for key, value in cases:
            with self.assertRaises(KeyStoreError):
                _open(flash).inject_tmk(key, value)
            self.assertEqual(flash.cells, before)

    def test_a_new_one_drops_the_working_keys(self):
        flash = _signed_on()
        other = bytearray(range(1, 17))
        keys = _open(flash)
        keys.inject_tmk(other, tdes_kcv(other))
        for found in (keys, _open(flash)):
            self.assertEqual(found.roles(), (TMK,))
            self.assertEqual(found.kcv(TMK), tdes_kcv(other).hex().upper())

    def test_the_callers_key_is_left_alone(self):
        key = bytearray(_TMK)
        _open(NorMemory(_SIZE)).inject_tmk(key, tdes_kcv(_TMK))
        self.assertEqual(key, _TMK)


class TestSignOn(unittest.TestCase):
    def _check_values(self, name, variant, roles):
        vector = _VECTORS[name]
        flash = _with_tmk(_H(vector["tmk"]))
        _open(flash).install_working(_H(vector["f62"]), variant)
        keys = _open(flash)
        self.assertTrue(keys.has_working())
        self.assertEqual(keys.roles(), (TMK,) + roles)
        for role, word in ((PIK, "pik"), (MAK, "mak"), (TDK, "tdk")):
            if role in roles:
                self.assertEqual(keys.kcv(role), tdes_kcv(_H(vector[word])).hex().upper())

    def test_layouts(self):
        self._check_values("signin_f62_001", "001", (PIK, MAK))
        self._check_values("signin_f62_003", "003", (PIK, MAK))
        self._check_values("signin_f62_004", "004", (PIK, MAK, TDK))
        self._check_values("kcv_signin_003_public", "003", (PIK, MAK))

    def test_sixteen_byte_mak(self):
        # TDES under the TMK of a real double-length MAK, with the check value of the whole key
        from pos.crypto.des import Tdes

        mak = _H(_VECTORS["mac_ecb_tdes"]["mak"])
        f62 = _H(_SIGN_ON["f62"])[:20] + Tdes(_TMK).encrypt(mak) + tdes_kcv(mak)
        keys = _open(_with_tmk())
        keys.install_working(f62, "003")
        self.assertEqual(keys.mac((_TEXT,)), _H(_VECTORS["mac_ecb_tdes"]["f64"]))

    def test_a_later_sign_on_replaces_all_working_keys(self):
        flash = _signed_on("signin_f62_004")
        _open(flash).install_working(_H(_SIGN_ON["f62"]), "003")
        self.assertEqual(_open(flash).roles(), (TMK, PIK, MAK))

    def _refused(self, f62, variant, reason):
        flash = _signed_on("signin_f62_004")
        before = bytes(flash.cells)
        keys = _open(flash)
        kcvs = [keys.kcv(role) for role in keys.roles()]
        with self.assertRaises(KeyStoreError) as caught:
            keys.install_working(f62, variant)
        self.assertEqual(caught.exception.reason, reason)
        self.assertEqual([keys.kcv(role) for role in keys.roles()], kcvs)
        self.assertEqual(flash.cells, before)

    def test_wrong_check_value_leaves_the_previous_keys(self):
        f62 = _H(_VECTORS["signin_f62_004"]["f62"])
        for at, word in ((0, "PIK"), (16, "PIK"), (19, "PIK"), (20, "MAK"), (36, "MAK")):
            self._refused(_flipped(f62, at), "004", word + " check value")
        self._refused(_flipped(f62, 35), "004", "MAK check value")  # no longer zero-filled
        for at in (40, 55, 56, 59):
            self._refused(_flipped(f62, at), "004", "TDK check value")

    def test_zero_check_values_are_not_a_wildcard(self):
        f62 = _H(_SIGN_ON["f62"])
        self._refused(f62[:16] + bytes(4) + f62[20:], "003", "PIK check value")

    def test_wrong_length(self):
        f62 = _H(_VECTORS["signin_f62_004"]["f62"])
        for variant, right in (("001", 24), ("003", 40), ("004", 60)):
            for length in (0, 20, 24, 39, 40, 41, 59, 60, 84):
                if length != right:
                    self._refused((f62 + f62)[:length], variant, "F62 length")

    def test_unknown_layout(self):
        for variant in ("", "000", "002", "005", "3"):
            self._refused(_H(_SIGN_ON["f62"]), variant, "F62 layout")

    def test_another_terminals_keys(self):
        self._refused(_H(_VECTORS["kcv_signin_003_public"]["f62"]), "003", "PIK check value")


class TestUse(unittest.TestCase):
    def test_pin_block(self):
        vector = _VECTORS["pin_block_tdes"]
        self.assertEqual(vector["pik"], _SIGN_ON["pik"])
        pin = bytearray(vector["pin"].encode())
        keys = _open(_signed_on())
        self.assertEqual(keys.pin_block(pin, vector["pan"].encode()), _H(vector["f52"]))
        with self.assertRaises(CryptoError):
            keys.pin_block(bytearray(b"123"), _PAN)

    def test_mac(self):
        from pos.crypto.des import Tdes
        from pos.crypto.mac import ecb_mac

        keys = _open(_signed_on())
        code = keys.mac((_TEXT[:10], memoryview(_TEXT)[10:]))
        self.assertEqual(code, ecb_mac(Tdes(_H(_SIGN_ON["mak"])), (_TEXT,)))
        self.assertTrue(keys.mac_ok((_TEXT,), code))
        self.assertTrue(keys.mac_ok((_TEXT,), memoryview(code)))

    def test_mac_not_ok(self):
        keys = _open(_signed_on())
        code = keys.mac((_TEXT,))
        for bad in (None, b"", code[:7], code + b"0", code[:7] + b"g", bytes(8)):
            self.assertFalse(keys.mac_ok((_TEXT,), bad))
        self.assertFalse(keys.mac_ok((_flipped(_TEXT, 3),), code))

    def test_card_hash(self):
        flash = _signed_on()
        value = _open(flash).card_hash(_PAN)
        self.assertEqual(len(value), 8)
        self.assertEqual(_open(flash).card_hash(bytearray(_PAN)), value)
        self.assertNotEqual(_open(flash).card_hash(b"6200001234567900"), value)
        self.assertNotEqual(_open(NorMemory(_SIZE), bytes(32)).card_hash(_PAN), value)
        self.assertEqual(_open(NorMemory(_SIZE)).card_hash(_PAN), value)  # no TMK needed

    def test_journal_key(self):
        key = _open(_signed_on()).journal_key()
        self.assertEqual(len(key), 32)
        self.assertEqual(_open(NorMemory(_SIZE)).journal_key(), key)
        self.assertNotEqual(_open(NorMemory(_SIZE), bytes(32)).journal_key(), key)
        self.assertNotEqual(key[:8], _open(NorMemory(_SIZE)).card_hash(b""))

    def test_nothing_secret_is_shown(self):
        self.assertFalse("11" * 4 in repr(_open(_signed_on())))


class TestWiped(unittest.TestCase):
    def setUp(self):
        self.keys = _open(_signed_on())
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
            self.keys.install_working(_flipped(_H(_SIGN_ON["f62"]), 0), "003")
        self._nothing_left(2, 2)

    def test_after_sign_on(self):
        self.keys.install_working(_H(_SIGN_ON["f62"]), "003")
        self._nothing_left(3, 1)


def _recording(real, made):
    def call(argument):
        made.append(real(argument))
        return made[-1]

    return call


class TestAtRest(unittest.TestCase):
    def test_no_clear_key_on_flash(self):
        flash = _signed_on("signin_f62_004")
        cells = bytes(flash.cells)
        for word in ("tmk", "pik", "mak", "tdk"):
            key = _H(_VECTORS["signin_f62_004"][word])
            self.assertEqual(cells.find(key), -1, word)
            self.assertEqual(cells.find(key[:6]), -1, word)

    def test_the_same_keys_never_look_the_same(self):
        flash = NorMemory(_SIZE)
        keys = _open(flash)
        keys.inject_tmk(bytearray(_TMK), tdes_kcv(_TMK))
        first = bytes(flash.cells[33:49])  # after the slot's header, version and IV
        keys.inject_tmk(bytearray(_TMK), tdes_kcv(_TMK))
        self.assertEqual(bytes(flash.cells).find(first), 33)
        self.assertEqual(bytes(flash.cells).find(first, 34), -1)

    def test_another_device_cannot_open_it(self):
        flash = _signed_on()
        before = bytes(flash.cells)
        self._damaged(flash, before, bytes(32))

    def _damaged(self, flash, before, device=_DEVICE):
        for use in (
            lambda keys: keys.load(),
            lambda keys: keys.has_tmk(),
            lambda keys: keys.inject_tmk(bytearray(_TMK), tdes_kcv(_TMK)),
            lambda keys: keys.install_working(_H(_SIGN_ON["f62"]), "003"),
            lambda keys: keys.mac((b"text",)),
        ):
            with self.assertRaises(KeyStoreError) as caught:
                use(_open(flash, device))
            self.assertEqual(caught.exception.reason, "key store damaged")
        self.assertEqual(flash.cells, before)

    def test_any_changed_byte_of_the_blob(self):
        # The slot's own check is made right again, so that it is the tag which must notice.
        whole = AtomicSlot(_signed_on().partition(0, _SIZE)).load()
        for at in range(len(whole)):
            flash = NorMemory(_SIZE)
            AtomicSlot(flash.partition(0, _SIZE)).save(_flipped(whole, at))
            with self.assertRaises(KeyStoreError):
                _open(flash).load()

    def test_cut_short_or_foreign_blob(self):
        whole = AtomicSlot(_signed_on().partition(0, _SIZE)).load()
        for blob in (b"", whole[:1], whole[:49], whole[:-1], whole + b"\0", b"keys" * 40):
            flash = NorMemory(_SIZE)
            AtomicSlot(flash.partition(0, _SIZE)).save(blob)
            self._damaged(flash, bytes(flash.cells))

    def test_damaged_flash(self):
        flash = _signed_on()
        flash.cells[128 + 100] ^= 1  # in the newest record
        self._damaged(flash, bytes(flash.cells))

    def test_device_key_length(self):
        for length in (0, 16, 31, 33):
            with self.assertRaises(KeyStoreError):
                _open(NorMemory(_SIZE), bytes(length))

    def test_entropy_that_fails(self):
        flash = _with_tmk()
        before = bytes(flash.cells)
        slot = AtomicSlot(flash.partition(0, _SIZE))
        keys = KeyStore(slot, _DEVICE, lambda length: b"")
        with self.assertRaises(KeyStoreError):
            keys.install_working(_H(_SIGN_ON["f62"]), "003")
        self.assertEqual(flash.cells, before)


class TestCuts(unittest.TestCase):
    def test_install_is_old_or_new(self):
        for kind in KINDS:
            for operation in (1, 2):
                flash = _signed_on()
                flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    _open(flash).install_working(_H(_VECTORS["signin_f62_004"]["f62"]), "004")
                keys = _open(flash.reboot())
                self.assertIn(keys.roles(), ((TMK, PIK, MAK), (TMK, PIK, MAK, TDK)))
                self.assertEqual(keys.kcv(PIK), "08D7B4FB")

    def test_first_injection_is_nothing_or_all(self):
        for kind in KINDS:
            for operation in (1, 2, 3):
                flash = NorMemory(_SIZE)
                flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    _open(flash).inject_tmk(bytearray(_TMK), tdes_kcv(_TMK))
                keys = _open(flash.reboot())
                self.assertIn(keys.roles(), ((), (TMK,)))
                keys.inject_tmk(bytearray(_TMK), tdes_kcv(_TMK))
                self.assertEqual(keys.kcv(TMK), tdes_kcv(_TMK).hex().upper())

    def test_flash_that_refuses_leaves_the_previous_keys_in_use(self):
        flash = _with_tmk()
        keys = KeyStore(_NoSave(flash), _DEVICE, _Random())
        with self.assertRaises(StoreError):
            keys.install_working(_H(_SIGN_ON["f62"]), "003")
        self.assertEqual(keys.roles(), (TMK,))


class _NoSave:
    """A slot that reads and does not write."""

    def __init__(self, flash):
        self._slot = AtomicSlot(flash.partition(0, _SIZE))

    def load(self):
        return self._slot.load()

    def save(self, blob):
        raise StoreError("flash")


def _flipped(data, at):
    changed = bytearray(data)
    changed[at] ^= 4  # not a parity bit, so a key changes too
    return bytes(changed)


if __name__ == "__main__":
    unittest.main()
