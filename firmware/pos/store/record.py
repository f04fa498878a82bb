# SPDX-License-Identifier: MIT
"""What the journal writes: records, sector headers, and the keyed chain through both.

Numbers are big endian. Sector = header, records, closing mark:

    header 64   magic 8 | sector number u32 | sequence of its first record u32 | sectors in the
                ring u16 | where the records of the sector before end u16 | zeros 4 | tail of
                the last record before it 12 | seal of the sector before 16 | MAC 8 | CRC32 4
    record      type u8 (1..254) | zero u8 | payload length u16 | sequence u32 | payload |
                zeros to a whole number of 16 bytes | MAC 8 | CRC32 4
    mark 16     blank; zeros once the next sector may be erased

Tail = MAC and CRC, the last 12 bytes of a record or header. MAC = first 8 bytes of HMAC-SHA256
over the tail before it and everything of its own up to the MAC; for a header the tail before it is
zeros (the real one is inside, so that a header stands when what came before is erased). CRC32 is
over all before it. The MAC says that nobody changed it, the CRC tells damaged from changed.
Seal = first 16 bytes of SHA-256 over the sector before up to where its records end: loading checks
it instead of each MAC. Where that sector has a torn record stamped out, end is 0: no seal.
"""

from micropython import const

import hashlib
from binascii import crc32

from pos.core.errors import StoreError

SECTOR_BYTES = const(4096)
HEADER_BYTES = const(64)
LIMIT = const(4080)  # offset of the closing mark: records end here
MARK_BYTES = const(16)
TAIL_BYTES = const(12)
SEAL_BYTES = const(16)
BODY = const(8)  # offset of the payload in a record
MAX_PAYLOAD = const(512)
MIN_RECORD = const(32)
MAX_RECORD = const(544)

_MAGIC = b"ESPOSJ01"
_NO_TAIL = bytes(TAIL_BYTES)
_MAC_BYTES = const(8)
_HASH_BLOCK = const(64)
_KEY_BYTES = const(32)
_PREVIOUS = const(24)  # offset of the earlier tail in a header
_SEAL = const(36)


def record_size(length: int) -> int:
    """Bytes of flash that a record with a payload of `length` bytes takes."""
    return (BODY + length + TAIL_BYTES + 15) & -16


def u32(buf: bytes, at: int) -> int:
    """The unsigned number in the four bytes at `at`."""
    return buf[at] << 24 | buf[at + 1] << 16 | buf[at + 2] << 8 | buf[at + 3]


def size_at(buf: bytes, at: int) -> int:
    """Size of the record that starts at `at`, by its header alone; 0 if none does."""
    length = buf[at + 2] << 8 | buf[at + 3]
    if buf[at] in (0, 255) or buf[at + 1] or length > MAX_PAYLOAD:
        return 0
    return record_size(length)


def put_record(buf: bytearray, kind: int, seq: int, payload: bytes) -> int:
    """Lay a record without its tail at the start of `buf`; return the size of all of it."""
    length = len(payload)
    size = record_size(length)
    buf[0] = kind
    buf[1] = 0
    buf[2] = length >> 8
    buf[3] = length & 255
    buf[4:8] = seq.to_bytes(4, "big")
    buf[BODY : BODY + length] = payload
    for i in range(BODY + length, size - TAIL_BYTES):
        buf[i] = 0
    return size


def put_header(buf: bytearray, number: int, first: int, ring: int, before: tuple) -> None:
    """Lay a sector header without its tail at the start of `buf`; before = (tail, end, seal)."""
    previous, end, seal = before
    buf[0:8] = _MAGIC
    buf[8:12] = number.to_bytes(4, "big")
    buf[12:16] = first.to_bytes(4, "big")
    buf[16:24] = ring.to_bytes(2, "big") + end.to_bytes(2, "big") + bytes(4)
    buf[_PREVIOUS : _PREVIOUS + TAIL_BYTES] = previous
    buf[_SEAL : _SEAL + SEAL_BYTES] = seal


class Header:
    """A sector header read from flash. `whole` is False where there is none, torn or damaged."""

    def __init__(self, view: memoryview) -> None:
        self.whole = view[:8] == _MAGIC and crc_holds(view, 0, HEADER_BYTES)
        self.number = u32(view, 8)
        self.first = u32(view, 12)
        self.ring = view[16] << 8 | view[17]
        self.end = view[18] << 8 | view[19]
        self.previous = bytes(view[_PREVIOUS : _PREVIOUS + TAIL_BYTES])
        self.seal = bytes(view[_SEAL : _SEAL + SEAL_BYTES])


def crc_holds(view: memoryview, at: int, size: int) -> bool:
    """Whether the last four bytes of a record or header are the CRC32 of what stands before."""
    end = at + size - 4
    return crc32(view[at:end]) == u32(view, end)


class Chain:
    """The keyed chain: `tail` is that of the last record or header that counts."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise StoreError("journal: the key has %d bytes" % len(key))
        fill = bytes(_HASH_BLOCK - _KEY_BYTES)
        self._inner = bytes(b ^ 0x36 for b in bytes(key) + fill)
        self._outer = bytes(b ^ 0x5C for b in bytes(key) + fill)
        self.tail = bytearray(TAIL_BYTES)

    def restart(self) -> None:
        """Forget what came before, as a header does."""
        self.tail[:] = _NO_TAIL

    def vouches(self, header: memoryview) -> bool:
        """Whether the MAC of a sector header is right; the chain stays where it is."""
        start = HEADER_BYTES - TAIL_BYTES
        return self._mac(_NO_TAIL, header[:start]) == header[start : HEADER_BYTES - 4]

    def verify(self, view: memoryview, at: int, size: int) -> bool:
        """Whether the MAC fits the chain; the chain goes on from there only if it does."""
        end = at + size
        start = end - TAIL_BYTES
        if self._mac(self.tail, view[at:start]) != view[start : end - 4]:
            return False
        self.tail[:] = view[start:end]
        return True

    def ends(self, view: memoryview, size: int) -> bool:
        """Whether what stands in the first `size` bytes is what was sealed last, by its tail."""
        return view[size - TAIL_BYTES : size] == self.tail

    def seal(self, view: memoryview, size: int) -> None:
        """Write MAC and CRC32 to the end of what stands in the first `size` bytes; go on there."""
        start = size - TAIL_BYTES
        view[start : size - 4] = self._mac(self.tail, view[:start])
        view[size - 4 : size] = crc32(view[: size - 4]).to_bytes(4, "big")
        self.tail[:] = view[start:size]

    def _mac(self, tail: bytes, body: memoryview) -> bytes:
        inner = hashlib.sha256(self._inner)
        inner.update(tail)
        inner.update(body)
        outer = hashlib.sha256(self._outer)
        outer.update(inner.digest())
        return outer.digest()[:_MAC_BYTES]
