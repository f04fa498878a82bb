# SPDX-License-Identifier: MIT
"""Messages to bytes and back (reference/unionpay.md, sections 1.2 and 2), without framing.

Encoding writes into the caller's buffer. Decoding checks every byte up to the last one and keeps
offsets only: a value leaves the buffer when it is asked for, as bytes, never as str. Anything that
does not follow the table is a MessageError that names the field and shows no content.
"""

from array import array
from binascii import hexlify

from pos.core.errors import MessageError
from pos.iso8583.fields import AN, ANS, LAST, LEFT, LENGTH, LL, LLL, PREFIX_SHIFT, SPECS, N, Z

_HEAD = 10  # MTI and bitmap


def encode(mti: str, fields: dict, out: bytearray, start: int = 0) -> int:
    """Write the message into `out` from `start` on and return its length in bytes.

    Values are bytes-like: ASCII digits for n, track characters (= or D) for z, raw for the rest.
    """
    if start + _HEAD > len(out):
        raise MessageError("no room for the message")
    if len(mti) != 4:
        raise MessageError("MTI is not four digits")
    out[start : start + _HEAD] = bytes(_HEAD)
    _put_digits(out, 2 * start, mti.encode(), 0)
    at = start + _HEAD
    for n in sorted(fields):
        if not 1 < n <= LAST or not SPECS[n]:
            raise MessageError("not in the table", n)
        at = _put_field(out, at, n, fields[n])
        out[start + 2 + (n - 1 >> 3)] |= 0x80 >> (n - 1 & 7)
    return at - start


def _put_field(out: bytearray, at: int, n: int, value: bytes) -> int:
    spec = SPECS[n]
    limit = spec & LENGTH
    prefix = spec >> PREFIX_SHIFT & 3
    count = len(value)
    if count > limit or (count < limit and not spec & (LL | LLL | AN | ANS)):
        raise MessageError("length %d, table says %d" % (count, limit), n)
    end = at + prefix + _size(spec, count if prefix else limit)
    if end > len(out):
        raise MessageError("no room for the message", n)
    if prefix:
        at = _put_count(out, at, prefix, count)
    if spec & (N | Z):
        out[at:end] = bytes(end - at)
        _put_digits(out, 2 * at + _lead(spec, count), value, n)
    else:
        out[at : at + count] = value
        out[at + count : end] = b" " * (end - at - count)
        _check_text(out, at, end, spec, n)
    return end


def _put_count(out: bytearray, at: int, prefix: int, count: int) -> int:
    """Write a BCD length of one or two bytes and return where the value starts."""
    if prefix == 2:
        out[at] = count // 100  # at most 9
        at += 1
    out[at] = count // 10 % 10 << 4 | count % 10
    return at + 1


def _put_digits(out: bytearray, spot: int, digits: bytes, n: int) -> None:
    """Or digits into zeroed nibbles from nibble `spot` on; z fields may have more than 0-9."""
    track = n and SPECS[n] & Z
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


def _size(spec: int, count: int) -> int:
    return count + 1 >> 1 if spec & (N | Z) else count


def _lead(spec: int, count: int) -> int:
    """Return 1 where an odd number of digits stands right: fixed fields except F22."""
    return 0 if spec & (LL | LLL | LEFT) else count & 1


def _check_text(data: bytes, at: int, end: int, spec: int, n: int) -> None:
    if spec & AN:
        for i in range(at, end):
            if not 0x20 <= data[i] <= 0x7E:
                raise MessageError("a character that cannot be printed", n)


def _check_digits(data: bytes, at: int, end: int, n: int) -> None:
    for i in range(at, end):
        if data[i] > 0x99 or data[i] & 15 > 9:
            raise MessageError("a nibble that is no digit", n)


class Message:
    """A decoded message: a view of the caller's buffer, good for as long as that is not reused."""

    def __init__(self, data: bytes) -> None:
        self._view = view = memoryview(data)
        if len(view) < _HEAD:
            raise MessageError("shorter than MTI and bitmap")
        _check_digits(view, 0, 2, 0)
        if view[2] & 0x80:
            raise MessageError("a second bitmap", 1)
        self.mti = str(hexlify(view[:2]), "utf-8")
        self._at = array("H", bytes(2 * (LAST + 1)))
        at = _HEAD
        for n in range(2, LAST + 1):
            if view[2 + (n - 1 >> 3)] & 0x80 >> (n - 1 & 7):
                at = self._index(n, at)
        if at != len(view):
            raise MessageError("%d bytes after the last field" % (len(view) - at))

    def _index(self, n: int, at: int) -> int:
        """Check the field that starts at `at`, note where its value is, return where it ends."""
        spec = SPECS[n]
        if not spec:
            raise MessageError("not in the table", n)
        view = self._view
        count = spec & LENGTH
        prefix = spec >> PREFIX_SHIFT & 3
        if prefix:
            at += prefix
            if at > len(view):
                raise MessageError("cut short", n)
            _check_digits(view, at - prefix, at, n)
            count = self._counted(at, prefix)
            if count > spec & LENGTH:
                raise MessageError("length %d, at most %d" % (count, spec & LENGTH), n)
        end = at + _size(spec, count)
        if end > len(view):
            raise MessageError("cut short", n)
        self._check(spec, count, at, end, n)
        self._at[n] = at
        return end

    def _check(self, spec: int, count: int, at: int, end: int, n: int) -> None:
        view = self._view
        if spec & N:
            _check_digits(view, at, end, n)
            if count & 1 and (view[at] >> 4 if _lead(spec, count) else view[end - 1] & 15):
                raise MessageError("padded with something else than 0", n)
        else:
            _check_text(view, at, end, spec, n)

    def _counted(self, at: int, prefix: int) -> int:
        """Return the BCD length in front of `at`."""
        low = self._view[at - 1]
        count = (low >> 4) * 10 + (low & 15)
        if prefix == 2:
            high = self._view[at - 2]
            count += (high >> 4) * 1000 + (high & 15) * 100
        return count

    def numbers(self) -> list:
        """Return the numbers of the fields that are there, in order."""
        return [n for n in range(2, LAST + 1) if self._at[n]]

    def has(self, n: int) -> bool:
        """Return whether field n is there, be it empty."""
        return self._at[n] != 0

    def count(self, n: int) -> int:
        """Return the length of field n as the table counts it; 0 when it is not there."""
        prefix = SPECS[n] >> PREFIX_SHIFT & 3
        if not self._at[n]:
            return 0
        return self._counted(self._at[n], prefix) if prefix else SPECS[n] & LENGTH

    def get(self, n: int) -> object:
        """Return field n (ASCII digits for n, with D for z, raw for the rest) or None."""
        at = self._at[n]
        if not at:
            return None
        spec = SPECS[n]
        count = self.count(n)
        raw = self._view[at : at + _size(spec, count)]
        if not spec & (N | Z):
            return bytes(raw)
        digits = hexlify(raw)
        if spec & Z:
            digits = digits.upper()
        lead = _lead(spec, count)
        return digits[lead : lead + count]
