# SPDX-License-Identifier: MIT
"""Framing: 2-byte length, TPDU, 6-byte header, message body (unionpay.md section 1).

A frame is always the bytes as on the wire, its length included. Every length is checked against
a named limit before anything is kept.
"""

from acquirer_sim import spec
from acquirer_sim.errors import FrameError

PREFIX_LEN_BYTES = 2
MAX_FRAME_BYTES = 1500  # of what the length announces
_TPDU_LEN_BYTES = 5
_HEADER_LEN_BYTES = 6
_BODY_START = _TPDU_LEN_BYTES + _HEADER_LEN_BYTES
_MIN_FRAME_BYTES = _BODY_START + 10  # message type and bitmap
_TPDU_ID = 0x60
_REQUIREMENT_BYTE = 2  # header digits 5 and 6


class FrameReader:
    """Takes bytes as they come and gives whole frames; holds at most one frame's worth."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def started(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._held)

    def feed(self, data: bytes) -> "list[bytes]":
        """Add bytes; return the frames now complete. FrameError when a length cannot be."""
        self._held += data
        frames = []
        while len(self._held) >= PREFIX_LEN_BYTES:
            end = PREFIX_LEN_BYTES + self._announced()
            if len(self._held) < end:
                break
            frames.append(bytes(self._held[:end]))
            del self._held[:end]
        return frames

    def _announced(self) -> int:
        length = int.from_bytes(self._held[:PREFIX_LEN_BYTES], "big")
        if not _MIN_FRAME_BYTES <= length <= MAX_FRAME_BYTES:
            raise FrameError(f"length {length} is outside {_MIN_FRAME_BYTES} to {MAX_FRAME_BYTES}")
        return length


class Request:
    """One request: `mti`, `fields` {number: value}, `tpdu`, `header`, `body` (the wire bytes)."""

    def __init__(self, frame: bytes) -> None:
        length = int.from_bytes(frame[:PREFIX_LEN_BYTES], "big")
        if length != len(frame) - PREFIX_LEN_BYTES or length > MAX_FRAME_BYTES:
            raise FrameError("length does not fit the frame")
        if length < _MIN_FRAME_BYTES or frame[PREFIX_LEN_BYTES] != _TPDU_ID:
            raise FrameError("no TPDU, header and message")
        payload = frame[PREFIX_LEN_BYTES:]
        self.tpdu = payload[:_TPDU_LEN_BYTES]
        self.header = payload[_TPDU_LEN_BYTES:_BODY_START]
        self.body = payload[_BODY_START:]
        self.mti, self.fields = spec.decode(self.body)
        if self.mti[0] != "0" or int(self.mti[2]) % 2 or self.mti[3] != "0":
            raise FrameError(f"message type {self.mti} is not a request")
        if not self.terminal.isascii() or not self.terminal.isprintable():
            raise FrameError("field 41: not printable")

    def get(self, number: int) -> str:
        """Return a field, "" when it is absent."""
        return self.fields.get(number, "")

    @property
    def terminal(self) -> str:
        """F41."""
        return self.get(41)

    @property
    def function(self) -> str:
        """F60.1, the function code."""
        return self.get(60)[:2]

    @property
    def batch(self) -> int:
        """F60.2 as a number; 0 when it is absent."""
        return int(self.get(60)[2:8] or "0")

    @property
    def network_code(self) -> str:
        """F60.3."""
        return self.get(60)[8:11]

    @property
    def stan(self) -> int:
        """F11 as a number; 0 when it is absent."""
        return int(self.get(11) or "0")

    @property
    def amount_minor(self) -> int:
        """F4 as a number; 0 when it is absent."""
        return int(self.get(4) or "0")

    @property
    def answer_mti(self) -> str:
        """The message type of the answer."""
        return "%04d" % (int(self.mti) + 10)


def build(request: Request, body: bytes, requirement: int) -> bytes:
    """Wrap an answer: TPDU addresses swapped, header echoed with its digit 6 = `requirement`."""
    tpdu = request.tpdu[:1] + request.tpdu[3:5] + request.tpdu[1:3]
    header = bytearray(request.header)
    header[_REQUIREMENT_BYTE] = header[_REQUIREMENT_BYTE] & 0xF0 | requirement
    payload = tpdu + bytes(header) + body
    return len(payload).to_bytes(PREFIX_LEN_BYTES, "big") + payload
