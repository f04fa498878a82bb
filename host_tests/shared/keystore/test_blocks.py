# SPDX-License-Identifier: MIT
"""TMKs that arrive as key blocks: the right one gets in, nothing else touches the store."""

import unittest

from fakes.flash import KINDS, NorMemory, PowerCut
from fakes.keystores import SIGN_ON, SIZE, Random, flipped, open_keys, signed_on, unhex
from pos.core.errors import KeyStoreError
from pos.crypto.kcv import aes_kcv, sm4_kcv, tdes_kcv
from pos.crypto.keyblock import wrap
from pos.keystore.blocks import inject_kbpk, load_block
from pos.keystore.checks import inventory
from pos.keystore.roles import AES, KBPK, MAK, PIK, SM4, TDES, TMK

_KBPK = bytes(range(32))
_TDES_KBPK = unhex("0123456789ABCDEFFEDCBA9876543210")
_TMK = unhex("10017623DCCDBA6767DC1023BA89DCEF")
_HEAD = b"D0000K0TB00E0000"


def _with_kbpk(flash=None):
    """Return flash with keys of a sign-on and an AES KBPK."""
    flash = flash or signed_on()
    inject_kbpk(open_keys(flash), AES, bytearray(_KBPK), aes_kcv(_KBPK))
    return flash


def _block(head=_HEAD, key=_TMK, kbpk=_KBPK):
    return wrap(kbpk, head, key, Random())


class _Case(unittest.TestCase):
    def refused(self, reason, flash, use):
        """The store says why, and everything stays: on flash and in the object."""
        before = bytes(flash.cells)
        keys = open_keys(flash)
        held = inventory(keys)
        with self.assertRaises(KeyStoreError) as caught:
            use(keys)
        self.assertEqual(caught.exception.reason, reason)
        self.assertEqual(flash.cells, before)
        self.assertEqual(inventory(keys), held)


class TestKbpk(_Case):
    def test_beside_the_other_keys(self):
        keys = open_keys(_with_kbpk())
        self.assertEqual(sorted(keys.roles()), [TMK, PIK, MAK, KBPK])
        self.assertTrue(keys.has_working())
        held = {role: (algorithm, size, kcv) for role, algorithm, size, kcv in inventory(keys)}
        self.assertEqual(held[KBPK], (AES, 32, aes_kcv(_KBPK)))
        self.assertEqual(held[TMK], (TDES, 16, tdes_kcv(unhex(SIGN_ON["tmk"]))))

    def test_first_key_of_a_terminal(self):
        flash = NorMemory(SIZE)
        inject_kbpk(open_keys(flash), TDES, bytearray(_TDES_KBPK), tdes_kcv(_TDES_KBPK)[:3])
        self.assertEqual(open_keys(flash).roles(), (KBPK,))

    def test_replaced(self):
        flash = _with_kbpk()
        inject_kbpk(open_keys(flash), TDES, bytearray(_TDES_KBPK), tdes_kcv(_TDES_KBPK))
        held = [entry for entry in inventory(open_keys(flash)) if entry[0] == KBPK]
        self.assertEqual(held, [(KBPK, TDES, 16, tdes_kcv(_TDES_KBPK))])

    def test_survives_a_tmk_and_a_sign_on(self):
        flash = _with_kbpk()
        tmk = unhex(SIGN_ON["tmk"])
        open_keys(flash).inject_tmk(bytearray(tmk), tdes_kcv(tmk))
        self.assertEqual(sorted(open_keys(flash).roles()), [TMK, KBPK])
        open_keys(flash).install_working(unhex(SIGN_ON["f62"]), "003")
        self.assertEqual(sorted(open_keys(flash).roles()), [TMK, PIK, MAK, KBPK])

    def test_refused(self):
        cases = (
            ("KBPK algorithm", SM4, bytes(range(16)), b"\0\0\0\0"),
            ("KBPK length", TDES, _TDES_KBPK[:8], b"\0\0\0\0"),
            ("KBPK length", AES, _KBPK[:24], b"\0\0\0\0"),
            ("KBPK parity", TDES, bytes(range(16)), tdes_kcv(bytes(range(16)))),
            ("KBPK has equal parts", TDES, 2 * _TDES_KBPK[:8], tdes_kcv(2 * _TDES_KBPK[:8])),
            ("KBPK check value", TDES, _TDES_KBPK, aes_kcv(_TDES_KBPK)),
            ("KBPK check value", AES, _KBPK, aes_kcv(_KBPK)[:2]),
            ("KBPK check value", AES, _KBPK, b""),
            ("KBPK check value", AES, _KBPK, bytes(5)),
        )
        for reason, algorithm, key, kcv in cases:
            self.refused(
                reason,
                _with_kbpk(),
                lambda keys, a=algorithm, k=key, v=kcv: inject_kbpk(keys, a, bytearray(k), v),
            )


class TestTmk(_Case):
    def test_triple_des(self):
        flash = _with_kbpk()
        load_block(open_keys(flash), _block())
        held = sorted(inventory(open_keys(flash)))
        kbpk = (KBPK, AES, 32, aes_kcv(_KBPK))
        self.assertEqual(held, [(TMK, TDES, 16, tdes_kcv(_TMK)), kbpk])

    def test_sm4(self):
        flash = _with_kbpk(NorMemory(SIZE))
        load_block(open_keys(flash), _block(b"D0000K04D00N0000", bytes(range(16))))
        held = sorted(inventory(open_keys(flash)))[0]
        self.assertEqual(held, (TMK, SM4, 16, sm4_kcv(bytes(range(16)))[:4]))

    def test_under_a_triple_des_kbpk(self):
        flash = NorMemory(SIZE)
        inject_kbpk(open_keys(flash), TDES, bytearray(_TDES_KBPK), tdes_kcv(_TDES_KBPK))
        load_block(open_keys(flash), _block(b"B0000K0TN00E0000", kbpk=_TDES_KBPK))
        self.assertEqual(open_keys(flash).kcv(TMK), tdes_kcv(_TMK).hex().upper())
        self.refused("key block version", flash, lambda keys: load_block(keys, _block()))

    def test_the_same_block_again(self):
        flash = _with_kbpk()
        for _ in range(2):
            load_block(open_keys(flash), _block())
        self.assertEqual(open_keys(flash).kcv(TMK), tdes_kcv(_TMK).hex().upper())

    def test_wrong_purpose(self):
        for head, reason in (
            (b"D0000P0TB00E0000", "key block usage"),
            (b"D0000M3TB00E0000", "key block usage"),
            (b"D0000K1TB00E0000", "key block usage"),
            (b"D0000K0TE00E0000", "key block mode"),
            (b"D0000K0TX00E0000", "key block mode"),
            (b"D0000K0AB00E0000", "key block algorithm"),
            (b"D0000K0TBc0E0000", "key block component"),
        ):
            self.refused(reason, _with_kbpk(), lambda keys, h=head: load_block(keys, _block(h)))

    def test_algorithm_of_another_terminal(self):
        sm4 = _block(b"D0000K04D00N0000")
        self.refused(
            "key block algorithm", _with_kbpk(), lambda keys: load_block(keys, sm4, (TDES,))
        )

    def test_wrong_key(self):
        even = bytes([_TMK[0] ^ 1]) + _TMK[1:]
        for reason, key in (
            ("TMK parity", even),
            ("TMK length", _TMK + bytes([1] * 8)),
            ("TMK has equal parts", 2 * _TMK[:8]),
        ):
            self.refused(reason, _with_kbpk(), lambda keys, k=key: load_block(keys, _block(key=k)))

    def test_not_ours_or_changed(self):
        block = _block()
        self.refused("no KBPK", signed_on(), lambda keys: load_block(keys, block))
        other = _block(kbpk=bytes(32))
        self.refused("key block MAC", _with_kbpk(), lambda keys: load_block(keys, other))
        self.refused("key block length", _with_kbpk(), lambda keys: load_block(keys, b""))
        flash = _with_kbpk()
        before = bytes(flash.cells)
        for at in range(len(block)):
            with self.assertRaises(KeyStoreError):
                load_block(open_keys(flash), flipped(block, at))
        self.assertEqual(flash.cells, before)

    def test_power_cut_is_old_or_new(self):
        outcomes = []
        for kind in KINDS:
            for operation in (1, 2):
                flash = _with_kbpk()
                flash.fuse(operation, kind)
                with self.assertRaises(PowerCut):
                    load_block(open_keys(flash), _block())
                outcomes.append(sorted(open_keys(flash.reboot()).roles()))
        for found in outcomes:
            self.assertIn(found, ([TMK, PIK, MAK, KBPK], [TMK, KBPK]))

    def test_no_clear_key_is_left(self):
        flash = _with_kbpk()
        keys = open_keys(flash)
        keys.load()
        rings = []
        real = keys._vault.open
        keys._vault.open = lambda sealed: rings.append(real(sealed)) or rings[-1]
        load_block(keys, _block())
        with self.assertRaises(KeyStoreError):
            load_block(keys, _block(b"D0000P0TB00E0000"))
        inventory(keys)
        self.assertTrue(len(rings) > 3)
        for ring in rings:
            self.assertFalse(any(ring))
        cells = bytes(flash.cells)
        for key in (_TMK, _KBPK):
            self.assertEqual(cells.find(key[:6]), -1)


if __name__ == "__main__":
    unittest.main()
