# SPDX-License-Identifier: MIT
"""Record and header layout, byte for byte, and the chain through them.

The two vectors were made with CPython's hmac and binascii from the layout in record.py.
"""

import unittest

from pos.core.errors import StoreError
from pos.crypto.hmac import hmac_sha256
from pos.store.record import (
    HEADER_BYTES,
    MAX_PAYLOAD,
    MAX_RECORD,
    Chain,
    Header,
    crc_holds,
    put_header,
    put_record,
    record_size,
    size_at,
)

_KEY = bytes(range(32))
_PREVIOUS = bytes(range(100, 112))
_SEAL = bytes(range(200, 216))
_HEADER = bytes.fromhex(
    "4553504f534a303100000007000004d200780fa0000000006465666768696a6b6c6d6e6f"
    "c8c9cacbcccdcecfd0d1d2d3d4d5d6d760ce1c4ee1710c6db486c2db"
)
_RECORD = bytes.fromhex("05000007000004d27061796c6f61640000000000780a19921127aca7cac903b0")


def _written():
    """A chain after the header, the header, and the record that follows it."""
    header = bytearray(HEADER_BYTES)
    put_header(header, 7, 1234, 120, (_PREVIOUS, 4000, _SEAL))
    chain = Chain(_KEY)
    chain.seal(memoryview(header), HEADER_BYTES)
    record = bytearray(MAX_RECORD)
    size = put_record(record, 5, 1234, b"payload")
    chain.seal(memoryview(record), size)
    return header, bytes(record[:size])


class Layout(unittest.TestCase):
    def test_vectors(self):
        header, record = _written()
        self.assertEqual(bytes(header), _HEADER)
        self.assertEqual(record, _RECORD)

    def test_sizes(self):
        sizes = ((0, 32), (12, 32), (13, 48), (28, 48), (29, 64), (MAX_PAYLOAD, MAX_RECORD))
        for length, size in sizes:
            self.assertEqual(record_size(length), size)

    def test_padding_hides_what_the_buffer_held(self):
        buf = bytearray(b"\xaa" * MAX_RECORD)
        size = put_record(buf, 1, 1, b"x")
        self.assertEqual(bytes(buf[9 : size - 12]), bytes(size - 21))

    def test_header_is_read_back(self):
        header = Header(memoryview(_HEADER))
        self.assertTrue(header.whole)
        self.assertEqual((header.number, header.first, header.ring), (7, 1234, 120))
        self.assertEqual((header.previous, header.end, header.seal), (_PREVIOUS, 4000, _SEAL))

    def test_header_with_any_wrong_bit_is_not_whole(self):
        for i in range(HEADER_BYTES * 8):
            bad = bytearray(_HEADER)
            bad[i // 8] ^= 1 << i % 8
            self.assertFalse(Header(memoryview(bad)).whole)

    def test_record_is_recognised_by_its_header(self):
        self.assertEqual(size_at(b"xx" + _RECORD, 2), 32)
        for at, value in ((0, 0), (0, 255), (1, 1), (2, 3)):
            bad = bytearray(_RECORD)
            bad[at] = value
            self.assertEqual(size_at(bad, 0), 0)

    def test_crc(self):
        self.assertTrue(crc_holds(memoryview(b"xx" + _RECORD), 2, 32))
        self.assertFalse(crc_holds(memoryview(_RECORD), 0, 16))


class TheChain(unittest.TestCase):
    def setUp(self):
        self.chain = Chain(_KEY)

    def test_is_hmac_sha256(self):
        expected = hmac_sha256(_KEY, _HEADER[-12:], _RECORD[:-12])
        self.assertEqual(_RECORD[-12:-4], expected[:8])

    def test_follows_header_and_record(self):
        self.assertTrue(self.chain.verify(memoryview(_HEADER), 0, HEADER_BYTES))
        self.assertTrue(self.chain.verify(memoryview(b"x" + _RECORD), 1, 32))
        self.assertEqual(bytes(self.chain.tail), _RECORD[-12:])

    def test_vouches_for_a_header_without_moving(self):
        self.assertTrue(self.chain.vouches(memoryview(_HEADER + b"more")))
        for i in range(60 * 8):
            bad = bytearray(_HEADER)
            bad[i // 8] ^= 1 << i % 8
            self.assertFalse(self.chain.vouches(memoryview(bad)))
        self.assertEqual(bytes(self.chain.tail), bytes(12))

    def test_stays_where_it_was_on_a_wrong_bit(self):
        self.chain.tail[:] = _HEADER[-12:]
        for i in range(28 * 8):
            bad = bytearray(_RECORD)
            bad[i // 8] ^= 1 << i % 8
            self.assertFalse(self.chain.verify(memoryview(bad), 0, 32))
        self.assertTrue(self.chain.verify(memoryview(_RECORD), 0, 32))

    def test_does_not_take_a_record_from_elsewhere(self):
        self.assertFalse(self.chain.verify(memoryview(_RECORD), 0, 32))

    def test_refuses_a_short_key(self):
        with self.assertRaises(StoreError):
            Chain(b"short")


if __name__ == "__main__":
    unittest.main()
