# SPDX-License-Identifier: MIT
"""Length, TPDU and header around a message (reference/unionpay.md, section 1).

Each of the three is there or not by the profile's flags. The TPDU of an answer is not compared:
real hosts do not always swap its addresses.
"""

from micropython import const

from pos.core.errors import MessageError, ProfileError
from pos.core.profile import Profile

MAX_FRAME = 1500  # bytes, length prefix included: the largest frame that is taken or sent

_LENGTH_LEN = const(2)
_TPDU_LEN = const(5)
_HEADER_LEN = const(6)
_MESSAGE_MIN = const(10)  # MTI and bitmap


class Framing:
    """The bytes in front of every message of one terminal."""

    def __init__(self, profile: Profile) -> None:
        self._prefix = _LENGTH_LEN if profile.length_prefix else 0
        self._header = _HEADER_LEN if profile.header_present else 0
        self._head = bytes(self._prefix)
        if profile.tpdu_present:
            self._head += _packed("tpdu", profile.tpdu, _TPDU_LEN)
        if profile.header_present:
            self._head += _packed("header", profile.header, _HEADER_LEN)
        self.size = len(self._head)

    def seal(self, buffer: bytearray, body_len: int) -> int:
        """Put the head in front of the body that starts at `size`; return the frame's length."""
        total = self.size + body_len
        buffer[: self.size] = self._head
        if self._prefix:
            counted = total - _LENGTH_LEN
            buffer[0] = counted >> 8
            buffer[1] = counted & 0xFF
        return total

    def missing(self, buffer: bytearray, got: int) -> int:
        """Return how many bytes to read next; 0 when the first `got` bytes are a whole frame.

        Without a length prefix only the message itself tells where it ends.
        """
        if not self._prefix:
            return 0 if self._ends(buffer, got) else min(MAX_FRAME, len(buffer)) - got
        if got < _LENGTH_LEN:
            return _LENGTH_LEN - got
        total = _LENGTH_LEN + (buffer[0] << 8 | buffer[1])
        if not self.size + _MESSAGE_MIN <= total <= min(MAX_FRAME, len(buffer)):
            raise MessageError("frame of %d bytes" % total)
        return total - got

    def _ends(self, buffer: bytearray, got: int) -> bool:
        if got < self.size + _MESSAGE_MIN:
            return False
        from pos.iso8583.codec import Message

        try:
            Message(memoryview(buffer)[self.size : got])
        except MessageError:  # more bytes may follow; if none do, the time-out decides
            return False
        return True

    def body(self, frame: memoryview) -> memoryview:
        """Return the message of a whole frame."""
        return frame[self.size :]

    def requirement(self, frame: memoryview) -> str:
        """Return the processing requirement, header digit 6; "0" when there is no header."""
        if not self._header:
            return "0"
        digit = frame[self.size - _HEADER_LEN + 2] & 15
        if digit > 9:
            raise MessageError("header is not digits")
        return str(digit)


def _packed(name: str, digits: str, length: int) -> bytes:
    if not digits.isdigit() or len(digits) != 2 * length:
        raise ProfileError("%s must be %d digits" % (name, 2 * length))
    return bytes.fromhex(digits)
