# SPDX-License-Identifier: MIT
"""Key blocks against published ones, and every way to refuse one."""

import unittest

from pos.core.errors import PosError
from pos.crypto.errors import CryptoError
from pos.crypto.keyblock import unwrap, wrap
from vectors_io import load

unhex = bytes.fromhex
_VECTORS = load("tr31.json")
_ANY = ("B0", "D0", "K0", "M3", "P0")
_KBPK = bytes(range(32))
_KEY = unhex("0123456789ABCDEFFEDCBA9876543210")
_HEADS = {"B": b"B0000K0TB00E0000", "D": b"D0000K0TB00E0000"}


def _kbpk(version):
    return _KBPK[:16] if version == "B" else _KBPK


def _zeros(length):
    return bytes(length)


def _block(version="D", head=None, key=_KEY):
    return wrap(_kbpk(version), head or _HEADS[version], key, _zeros)


def _open(block, version="D", usages=("K0",), algorithms="T", modes="BD", kbpk=None):
    return unwrap(block, version, kbpk or _kbpk(version), usages, algorithms, modes)


class _Case(unittest.TestCase):
    def refused(self, reason, block, *args, **kwargs):
        with self.assertRaises(CryptoError) as caught:
            _open(block, *args, **kwargs)
        self.assertEqual(caught.exception.reason, reason)


class TestPublished(_Case):
    def test_unwrap(self):
        for vector in _VECTORS["good"]:
            block = vector["block"].encode()
            key = unwrap(block, chr(block[0]), unhex(vector["kbpk"]), _ANY, "TA", "BCDENX")
            self.assertEqual(key, unhex(vector["key"]), vector["name"])
            self.assertTrue(isinstance(key, bytearray))

    def test_wrap_with_the_padding_that_was_used(self):
        for vector in _VECTORS["good"]:
            block = vector["block"].encode()
            key, padding = unhex(vector["key"]), unhex(vector["padding"])
            head = block[:40] if block[12:14] == b"01" else block[:16]
            asked = []

            def random(length, asked=asked, padding=padding):
                asked.append(length)
                return padding

            hidden_in = (len(key) + len(padding)) // 8 * 8
            made = wrap(unhex(vector["kbpk"]), head, key, random, hidden_in)
            self.assertEqual(made, block, vector["name"])
            self.assertEqual(asked, [len(padding)])

    def test_refused(self):
        for vector in _VECTORS["refused"]:
            with self.assertRaises(CryptoError) as caught:
                unwrap(vector["block"].encode(), "B", unhex(vector["kbpk"]), _ANY, "T", "BCDENX")
            self.assertEqual(caught.exception.reason, vector["reason"], vector["name"])


class TestRoundTrip(_Case):
    def test_each_algorithm_and_length(self):
        cases = (
            (b"D0016K0TB00E0000", "T", 16),
            (b"D0016K0TB00E0000", "T", 24),
            (b"D0016K0AB00E0000", "A", 32),
            (b"D0016K04B00E0000", "4", 16),
        )
        for head, algorithm, length in cases:
            key = bytes(range(length))
            block = _block("D", head, key)
            self.assertEqual(_open(block, algorithms=algorithm), key)
            self.assertEqual(block[7:8], algorithm.encode())

    def test_optional_blocks_of_any_name_are_authentic_and_nothing_more(self):
        for optional in (
            b"0200T008abcdPB08none",
            b"0100ZZ000110~. {}123",
            b"0100PB10" + 12 * b"x",
        ):
            block = _block("D", b"D0000K0TB00E" + optional)
            self.assertEqual(_open(block), _KEY)
            for at in range(16, 32):
                with self.assertRaises(CryptoError):
                    _open(_changed(block, at, block[at] ^ 1))

    def test_padding_is_random_and_hides_the_length(self):
        asked = []

        def random(length):
            asked.append(length)
            return bytes([len(asked)] * length)

        blocks = [wrap(_KBPK, _HEADS["D"], bytes(range(n)), random) for n in (16, 24, 16)]
        self.assertEqual(asked, [14, 6, 14])
        self.assertEqual(len({len(block) for block in blocks}), 1)
        self.assertNotEqual(blocks[0], blocks[2])

    def test_a_source_that_gives_too_little(self):
        with self.assertRaises(CryptoError) as caught:
            wrap(_KBPK, _HEADS["D"], _KEY, lambda length: b"")
        self.assertEqual(caught.exception.reason, "random source")


def _changed(block, at, value):
    return block[:at] + bytes([value]) + block[at + 1 :]


class TestRefused(_Case):
    def test_every_byte_counts(self):
        for version in ("B", "D"):
            block = _block(version)
            for at in range(len(block)):
                for bits in (1, 0x20):
                    with self.assertRaises(CryptoError):
                        _open(_changed(block, at, block[at] ^ bits), version, _ANY, "TA", "BDE")

    def test_lower_case(self):
        block = _block()
        letters = [at for at in range(16, len(block)) if block[at] > 0x40]
        self.refused("key block characters", _changed(block, letters[0], block[letters[0]] + 32))

    def test_another_key(self):
        self.refused("key block MAC", _block(), kbpk=bytes(32))
        self.refused("key block MAC", _block("B"), "B", kbpk=bytes(16))

    def test_purpose(self):
        self.refused("key block usage", _block(), usages=("P0", "K1"))
        self.refused("key block algorithm", _block(), algorithms="A4")
        self.refused("key block mode", _block(), modes="EN")
        self.refused("key block usage", _block("D", b"D0000P0TB00E0000"))
        self.refused("key block component", _block("D", b"D0000K0TBc1E0000"))
        self.refused("key block reserved", _block("D", b"D0000K0TB00E0010"))

    def test_purpose_is_believed_only_when_it_is_authentic(self):
        self.refused("key block MAC", _block().replace(b"K0T", b"P0T"))
        self.refused("key block MAC", _block().replace(b"K0T", b"P0T"), usages=("P0",))

    def test_version(self):
        self.refused("key block version", _block("B"), "D")
        self.refused("key block version", _block("D"), "B")
        for version in ("A", "C", "E", "0"):
            self.refused("key block version", version.encode() + _block()[1:], version)

    def test_length(self):
        block = _block()
        for bad in (b"", block[:15], block[:-1], block[:-16], block + b"0" * 16, 1040 * b"D"):
            self.refused("key block length", bad)
        for field in (b"0111", b"0000", b"9999", b" 112", b"+112", b"011A", b"\xb2112"):
            reason = (
                "key block characters" if field[0] > 127 or field[0] < 48 else "key block length"
            )
            self.refused(reason, block[:1] + field + block[5:])
        self.refused("key block length", b"D0304K0TB00E0000" + b"0" * 288)  # more than any key

    def test_optional_blocks(self):
        tails = (
            b"17", b"99", b"1x", b"01K", b"01KS", b"01KS03", b"01KS0", b"01KSFF", b"01KS0g",
            b"01KS0000", b"01KS0003000010", b"01KS0001", b"01KS000105", b"01KS0002FFFF", b"01ks0a",
        )  # fmt: skip
        for tail in tails:
            block = b"D0000K0TB00E" + tail[:2] + b"00" + tail[2:]
            self.refused("key block optional block", block)
        for tail in (b"01K~08abcd", b"01KS08ab\x1fd", b"01KS08ab\xffd"):
            block = b"D0000K0TB00E" + tail[:2] + b"00" + tail[2:]
            self.refused("key block characters", block)

    def test_optional_blocks_that_leave_no_whole_block(self):
        with self.assertRaises(CryptoError) as caught:
            _block("D", b"D0000K0TB00E0100KS06ab")
        self.assertEqual(caught.exception.reason, "key block length")

    def test_key_length(self):
        for version, head, length in (
            ("D", b"D0000K0TB00E0000", 8),
            ("D", b"D0000K04B00E0000", 24),
            ("D", b"D0000K0AB00E0000", 15),
            ("B", b"B0000K0TB00E0000", 24),  # stronger than its KBPK
        ):
            with self.assertRaises(CryptoError) as caught:
                _block(version, head, bytes(length))
            self.assertEqual(caught.exception.reason, "key block key length")
        with self.assertRaises(CryptoError):
            wrap(_KBPK[:16], b"D0000K0AB00E0000", bytes(32), _zeros)

    def test_algorithms_a_version_does_not_carry(self):
        for version, head in (
            ("B", b"B0000K0AB00E0000"),
            ("B", b"B0000K04B00E0000"),
            ("D", b"D0000K0DB00E0000"),
            ("D", b"D0000K0RB00E0000"),
        ):
            with self.assertRaises(CryptoError) as caught:
                _block(version, head)
            self.assertEqual(caught.exception.reason, "key block algorithm")

    def test_kbpk_length(self):
        for version, lengths in (("B", (0, 8, 15, 32)), ("D", (0, 8, 15, 33))):
            for length in lengths:
                with self.assertRaises(CryptoError) as caught:
                    unwrap(_block(version), version, bytes(length), ("K0",), "T", "B")
                self.assertEqual(caught.exception.reason, "KBPK length")

    def test_no_key_in_what_is_said(self):
        try:
            _open(_block(), usages=("P0",))
        except PosError as error:
            said = repr(error) + str(error.args)
        self.assertFalse(_KEY.hex()[:8] in said.lower())


if __name__ == "__main__":
    unittest.main()
