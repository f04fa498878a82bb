# SPDX-License-Identifier: MIT
import unittest

from fakes.entropy import Fixed, Spy
from pos.crypto.aes import Aes
from pos.crypto.des import Tdes
from pos.crypto.errors import CryptoError
from pos.crypto.pinblock import iso0
from pos.crypto.pinblock_fill import iso1, iso3
from pos.crypto.pinblock_wide import iso4, wide0
from pos.crypto.sm4 import Sm4
from vectors_io import load

_H = bytes.fromhex
_PAN = b"6200001234567892"
_KEY = bytes(range(16))
_BAD_PINS = (b"", b"123", b"1234567890123", b"12a4", b"12 4", b"123\0", b"12:4", b"12/4")


def _vectors(form):
    return [vector for vector in load("pin_blocks.json") if vector["format"] == form]


def _xored(a, b):
    return bytes([a[i] ^ b[i] for i in range(len(a))])


def _digits(block):
    return block.hex().upper()


def _pan_field(pan):
    return bytes(2) + _H(pan[-13:-1])


class TestFormat0(unittest.TestCase):
    def test_published(self):
        for vector in _vectors(0):
            block = iso0(bytearray(vector["pin"].encode()), vector["pan"].encode())
            self.assertEqual(_digits(block), vector["block"], vector["name"])

    def test_sixteen_bytes_for_sm4(self):
        for vector in load("crypto.json"):
            if vector["name"] == "pin_block_sm4":
                block = wide0(bytearray(vector["pin"].encode()), vector["pan"].encode())
                self.assertEqual(_digits(block), vector["block"])
                cipher = Sm4(_H(vector["pik"])).encrypt(block)
                self.assertEqual(_digits(cipher), vector["cipher"])
                return
        self.fail("no vector")

    def test_sixteen_bytes_shortest_and_longest(self):
        # By hand: PIN field of 32 digits XOR twenty zeros and 000123456789
        self.assertEqual(
            _digits(wide0(bytearray(b"1234"), _PAN)), "041234FFFFFFFFFFFFFFFFFEDCBA9876"
        )
        self.assertEqual(
            _digits(wide0(bytearray(b"123456789012"), _PAN)),
            "0C123456789012FFFFFFFFFEDCBA9876",
        )


class TestFormat1(unittest.TestCase):
    def test_published(self):
        for vector in _vectors(1):
            random = Fixed(_H(vector["random"]))
            block = iso1(bytearray(vector["pin"].encode()), random)
            self.assertEqual(_digits(block), vector["block"], vector["name"])

    def test_every_length(self):
        for length in range(4, 13):
            pin = b"123456789012"[:length]
            block = _digits(iso1(bytearray(pin), Fixed(_H("FEDCBA9876543210"))))
            self.assertEqual(block[:2], "1%X" % length)
            self.assertEqual(block[2 : 2 + length], pin.decode())
            self.assertEqual(block[2 + length :], "FEDCBA9876543210"[2 + length :])


class TestFormat3(unittest.TestCase):
    def test_published_but_for_the_fill(self):
        for vector in _vectors(3):
            pan = _pan_field(vector["pan"])
            theirs = _digits(_xored(_H(vector["block"]), pan))
            fill = theirs[2 + len(vector["pin"]) :]
            drawn = "".join(["%X" % (ord(digit) - 65) for digit in fill])  # A is 0, F is 5
            random = Fixed(_H((drawn + "0" * 16)[:16]))
            block = iso3(bytearray(vector["pin"].encode()), vector["pan"].encode(), random)
            self.assertEqual(_digits(block), vector["block"])

    def test_each_fill_digit_is_as_likely(self):
        # Twelve blocks that draw each of the values 0 to 11 ten times.
        counts = {}
        for first in range(12):
            values = ["%X" % ((first + i) % 12) for i in range(16)]
            random = Fixed(_H("".join(values)))
            block = _xored(iso3(bytearray(b"1234"), _PAN, random), _pan_field(_PAN.decode()))
            for digit in _digits(block)[6:]:
                counts[digit] = counts.get(digit, 0) + 1
        self.assertEqual(sorted(counts.items()), [(digit, 20) for digit in "ABCDEF"])

    def test_nibbles_from_twelve_up_are_drawn_again(self):
        random = Fixed(_H("CDEFFEDCCFDEECCF"), _H("01234567F89ABFF0"), _H("00" * 8))
        block = _xored(iso3(bytearray(b"1234"), _PAN, random), _pan_field(_PAN.decode()))
        self.assertEqual(_digits(block), "341234ABCDEFABCD")
        self.assertEqual(random.calls, 2)

    def test_a_source_stuck_at_ones_is_noticed(self):
        with self.assertRaises(CryptoError) as caught:
            iso3(bytearray(b"1234"), _PAN, lambda length: b"\xff" * length)
        self.assertEqual(caught.exception.reason, "random source")

    def test_longest_pin(self):
        random = Fixed(bytes(8))
        block = _xored(iso3(bytearray(b"123456789012"), _PAN, random), _pan_field(_PAN.decode()))
        self.assertEqual(_digits(block), "3C123456789012AA")


class TestFormat4(unittest.TestCase):
    def test_published(self):
        tried = 0
        for vector in _vectors(4):
            if "random" in vector:
                spy = Spy(Aes(_H(vector["key"])))
                random = Fixed(_H(vector["random"]))
                block = iso4(
                    spy, bytearray(vector["pin"].encode()), vector["pan"].encode(), random
                )
                self.assertEqual(_digits(block), vector["block"], vector["name"])
                self.assertEqual(_digits(spy.asked[0]), vector["pin_field"])
                self.assertEqual(_digits(spy.asked[1]), vector["block_b"])
                tried += 1
        self.assertEqual(tried, 2)

    def test_fields(self):
        for vector in _vectors(4):
            spy = Spy(Aes(_KEY))
            iso4(
                spy,
                bytearray(vector["pin"].encode()),
                vector["pan"].encode(),
                Fixed(b"\x00\x00\x00\x00\x00\x00\x00\x00"),
            )
            self.assertEqual(_digits(spy.asked[0])[:16], vector["pin_field"][:16])
            enciphered = Aes(_KEY).encrypt(spy.asked[0])
            pan_field = _xored(spy.asked[1], enciphered)
            self.assertEqual(_digits(pan_field), vector["pan_field"], vector["name"])

    def test_every_pan_length(self):
        for length in range(1, 20):
            pan = b"9876543210987654321"[:length]
            spy = Spy(Aes(_KEY))
            iso4(spy, bytearray(b"1234"), pan, Fixed(bytes(8)))
            field = _digits(_xored(spy.asked[1], Aes(_KEY).encrypt(spy.asked[0])))
            over = length - 12 if length > 12 else 0
            padded = "0" * (12 - length) + pan.decode()
            self.assertEqual(field, (str(over) + padded + "0" * 32)[:32])

    def test_working_blocks_are_wiped(self):
        spy = Spy(Aes(_KEY))
        iso4(spy, bytearray(b"1234"), _PAN, Fixed(b"\x11" * 8))
        for buffer in spy.buffers:
            self.assertFalse(any(buffer))
        self.assertEqual(len(spy.buffers), 2)

    def test_working_blocks_are_wiped_when_the_cipher_fails(self):
        spy = Spy(Aes(_KEY))
        spy.broken = True
        with self.assertRaises(CryptoError):
            iso4(spy, bytearray(b"1234"), _PAN, Fixed(b"\x11" * 8))
        self.assertFalse(any(spy.buffers[0]))
        self.assertFalse(any(spy.buffers[1]))


class TestRefused(unittest.TestCase):
    def _refused(self, reason, make, *arguments):
        with self.assertRaises(CryptoError) as caught:
            make(*arguments)
        self.assertEqual(caught.exception.reason, reason)

    def test_pins(self):
        random = Fixed(bytes(8))
        for pin in _BAD_PINS:
            reason = "PIN must be 4 to 12 digits"
            self._refused(reason, wide0, bytearray(pin), _PAN)
            self._refused(reason, iso1, bytearray(pin), random)
            self._refused(reason, iso3, bytearray(pin), _PAN, random)
            self._refused(reason, iso4, Aes(_KEY), bytearray(pin), _PAN, random)

    def test_pans(self):
        random = Fixed(bytes(8))
        for pan in (b"", b"123456789012", b"62000012345678D2"):
            self._refused("PAN must be 13 digits or more", wide0, bytearray(b"1234"), pan)
            self._refused("PAN must be 13 digits or more", iso3, bytearray(b"1234"), pan, random)
        for pan in (b"", b"12345678901234567890", b"62000012345678D2"):
            self._refused(
                "PAN must be 1 to 19 digits", iso4, Aes(_KEY), bytearray(b"1234"), pan, random
            )

    def test_random_source(self):
        for given in (b"", b"1234567", b"123456789"):
            short = Fixed(given)
            self._refused("random source", iso1, bytearray(b"1234"), short)
            self._refused("random source", iso3, bytearray(b"1234"), _PAN, Fixed(given))
            self._refused("random source", iso4, Aes(_KEY), bytearray(b"1234"), _PAN, Fixed(given))

    def test_format_4_is_not_for_triple_des(self):
        self._refused(
            "PIN block format 4 needs a cipher of 16-byte blocks",
            iso4,
            Tdes(bytes(16)),
            bytearray(b"1234"),
            _PAN,
            Fixed(bytes(8)),
        )


if __name__ == "__main__":
    unittest.main()
