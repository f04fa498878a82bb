# SPDX-License-Identifier: MIT
"""Messages to bytes and back (reference/unionpay.md, sections 1.2 and 2), without framing.

Encoding writes into the caller's buffer. Decoding checks every byte up to the last one and keeps
places only: a value leaves the data when it is asked for, as bytes, never as str. Anything that
does not follow the table is a MessageError that names the field and shows no content.

Digits are packed and checked many at a time, which makes short-lived copies of them. Of what must
be wiped there are none: tracks, fields that may hold a PAN, values that come as a bytearray.
"""

from micropython import const

from binascii import hexlify, unhexlify

from pos.core.errors import MessageError
from pos.iso8583.fields import (
    AN,
    ANS,
    LAST,
    LEFT,
    LENGTH,
    LL,
    LLL,
    PANS,
    PREFIX_SHIFT,
    SPECS,
    N,
    Z,
)

_HEAD = const(10)  # MTI and bitmap
_COUNT_SHIFT = const(12)  # a place: the length of the value, then where it starts
_AT_MASK = const(0xFFF)  # no message has that many bytes
_PACKED = N | Z
_COUNTED = LL | LLL
_FROM_LEFT = LL | LLL | LEFT  # an odd number of digits stands left, in other fields right


def encode(mti: str, fields: dict, out: bytearray, start: int = 0) -> int:
    """Write the message into `out` from `start` on and return its length in bytes.

    Values are bytes-like: ASCII digits for n, track characters (= or D) for z, raw for the rest.
    """
    if start + _HEAD > len(out):
        raise MessageError("no room for the message")
    head = mti.encode()
    if len(head) != 4 or not head.isdigit():
        raise MessageError("MTI is not four digits")
    bitmap = start + 2
    out[start:bitmap] = unhexlify(head)
    at = start + _HEAD
    out[bitmap:at] = bytes(_HEAD - 2)
    for n in sorted(fields):
        at = _put_field(out, at, n, fields[n])
        out[bitmap + (n - 1 >> 3)] |= 0x80 >> (n - 1 & 7)
    return at - start


def _put_field(out: bytearray, at: int, n: int, value: bytes) -> int:
    spec = SPECS[n] if 1 < n <= LAST else 0
    if not spec:
        raise MessageError("not in the table", n)
    limit = spec & LENGTH
    prefix = spec >> PREFIX_SHIFT & 3
    count = len(value)
    if count > limit or (count < limit and not spec & (LL | LLL | AN | ANS)):
        raise MessageError("length %d, table says %d" % (count, limit), n)
    packed = spec & _PACKED
    size = count + 1 >> 1 if packed else count if prefix else limit
    end = at + prefix + size
    if end > len(out):
        raise MessageError("no room for the message", n)
    if prefix:
        if prefix == 2:
            out[at] = count // 100  # at most 9
            at += 1
        out[at] = count // 10 % 10 << 4 | count % 10
        at += 1
    if packed and (spec & (Z | PANS) or type(value) is not bytes):
        out[at:end] = bytes(size)
        _put_nibbles(out, 2 * at + (0 if spec & _FROM_LEFT else count & 1), value, n, spec & Z)
    elif packed:
        if count and not value.isdigit():
            raise MessageError("a character that is no digit", n)
        if count & 1:
            value = value + b"0" if spec & _FROM_LEFT else b"0" + value
        out[at:end] = unhexlify(value)
    else:
        if spec & AN:
            _check_text(bytes(value), n)
        out[at:end] = value if count == size else bytes(value) + b" " * (size - count)
    return end


def _put_nibbles(out: bytearray, spot: int, digits: bytes, n: int, track: int) -> None:
    """Or characters into zeroed nibbles from nibble `spot` on, without a copy of them."""
    for char in digits:
        if 0x30 <= char <= 0x39:
            value = char - 0x30
        elif track and char == 0x3D:  # =
            value = 0xD
        elif track and 0x41 <= char <= 0x46:
            value = char - 0x37
        else:
            raise MessageError("a character that is no digit", n)
        out[spot >> 1] |= value if spot & 1 else value << 4
        spot += 1


def _check_text(text: bytes, n: int) -> None:
    if not text.isdigit() and len(text) and (min(text) < 0x20 or max(text) > 0x7E):
        raise MessageError("a character that cannot be printed", n)


class Message:
    """A decoded message: a view of the caller's data, good for as long as that is not reused.

    `data` is bytes or, so that slices of it are no copies, a memoryview.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        if len(data) < _HEAD:
            raise MessageError("shorter than MTI and bitmap")
        self.mti = "%02x%02x" % (data[0], data[1])
        if not self.mti.isdigit():
            raise MessageError("a nibble that is no digit")
        if data[2] & 0x80:
            raise MessageError("a second bitmap", 1)
        self._places = _places(data)

    def numbers(self) -> list:
        """Return the numbers of the fields that are there, in order."""
        return sorted(self._places)

    def has(self, n: int) -> bool:
        """Return whether field n is there, be it empty."""
        return n in self._places

    def count(self, n: int) -> int:
        """Return the length of field n as the table counts it; 0 when it is not there."""
        return self._places.get(n, 0) >> _COUNT_SHIFT

    def get(self, n: int) -> object:
        """Return field n (ASCII digits for n, with D for z, raw for the rest) or None."""
        place = self._places.get(n)
        if place is None:
            return None
        spec = SPECS[n]
        at = place & _AT_MASK
        count = place >> _COUNT_SHIFT
        if not spec & _PACKED:
            return bytes(self._data[at : at + count])
        digits = hexlify(self._data[at : at + (count + 1 >> 1)])
        if spec & Z:
            digits = digits.upper()
        if count & 1:
            return digits[:-1] if spec & _FROM_LEFT else digits[1:]
        return digits


def _places(data: bytes) -> dict:
    """Check every field; return number -> length of the value and where it starts.

    One loop with all of it in local names: this is where decoding spends its time.
    """
    size = len(data)
    places = {}
    end = _HEAD
    bits = bin(int.from_bytes(data[2:_HEAD], "big"))
    first = LAST + 1 - len(bits)
    spot = bits.find("1")
    while spot > 0:
        n = first + spot
        spec = SPECS[n]
        at = end
        count = spec & LENGTH
        if spec & _COUNTED:
            at += spec >> PREFIX_SHIFT & 3
            if at > size:
                raise MessageError("cut short", n)
            limit = count
            low = data[at - 1]
            high = data[at - 2] if spec & LLL else 0
            count = low - 6 * (low >> 4) + 100 * high
            if low & 15 > 9 or low > 0x99 or high > 9 or count > limit:
                raise _bad_count(low, high, limit, n)
        end = at + (count + 1 >> 1 if spec & _PACKED else count)
        if end > size or not spec:
            raise MessageError("cut short" if spec else "not in the table", n)
        if spec & N:
            if spec & PANS:
                _check_nibbles(data[at:end], n)
            elif not hexlify(data[at:end]).isdigit() and count:
                raise MessageError("a nibble that is no digit", n)
            if count & 1 and (data[end - 1] & 15 if spec & _FROM_LEFT else data[at] >> 4):
                raise MessageError("padded with something else than 0", n)
        elif spec & AN:
            _check_text(bytes(data[at:end]), n)
        places[n] = count << _COUNT_SHIFT | at
        spot = bits.find("1", spot + 1)
    if end != size:
        raise MessageError("%d bytes after the last field" % (size - end))
    return places


def _bad_count(low: int, high: int, limit: int, n: int) -> MessageError:
    """Return what is wrong with a BCD length of two bytes."""
    if low > 0x99 or low & 15 > 9 or high > 0x99 or high & 15 > 9:
        return MessageError("a nibble that is no digit", n)
    count = low - 6 * (low >> 4) + 100 * (high - 6 * (high >> 4))
    return MessageError("length %d, at most %d" % (count, limit), n)


def _check_nibbles(packed: bytes, n: int) -> None:
    """Check digits one by one, without a copy of them."""
    for byte in packed:
        if byte > 0x99 or byte & 15 > 9:
            raise MessageError("a nibble that is no digit", n)
