# SPDX-License-Identifier: MIT
"""MSR605/606/206 reader-writers on a UART: `ESC r` reads ISO texts, `ESC m` raw bits.

The answer is ESC s, then ESC 01 .. ESC 03 with what each track gave, `? FS`, ESC and a status; the
last tracks are left out when nothing is on them, and those that a model does not have. Raw
tracks carry their length in front and may hold any byte, ESC and `?` too, so they are counted, not
searched for an end. In ISO answers a track is a text, nothing, `ESC +` (empty) or `ESC *`
(unreadable). Raw bytes hold the bits in order of time, highest first, eight to a byte.
"""

from micropython import const

READ_ISO = b"\x1ba\x1br"  # reset first: it may still be waiting for the last swipe
READ_RAW = b"\x1ba\x1bm"
RAW_MAX = const(96)  # bytes: 709 bits are 89
TEXT_MAX = const(107)

_ESC = const(0x1B)
_START = const(0x73)  # s
_END = const(0x3F)  # ?
_FS = const(0x1C)
_EMPTY = const(0x2B)  # +
_UNREADABLE = const(0x2A)  # *
_GOOD = const(0x30)
_BAD_SWIPE = const(0x39)

# Where in the answer the parser is.
_WAIT_ESC = const(0)
_WAIT_S = const(1)
_TRACK_ESC = const(2)
_TRACK_NUMBER = const(3)
_LENGTH = const(4)
_RAW = const(5)
_ISO = const(6)
_ISO_ESC = const(7)
_TAIL_END = const(8)
_TAIL_FS = const(9)
_TAIL_ESC = const(10)
_STATUS = const(11)


class MsrFrames:
    """Answers to READ_RAW or READ_ISO, byte by byte. `command` asks the reader for one swipe."""

    def __init__(self, tracks: tuple, raw: bool) -> None:
        self._tracks = tracks
        self._raw_mode = raw
        self.command = READ_RAW if raw else READ_ISO
        self._buffers = [bytearray(RAW_MAX * 8 if raw else TEXT_MAX) for _ in range(3)]
        self._handlers = (
            self._wait_esc,
            self._wait_s,
            self._track_esc,
            self._track_number,
            self._length,
            self._raw,
            self._iso,
            self._iso_esc,
            self._tail_end,
            self._tail_fs,
            self._tail_esc,
        )
        self.start()

    def start(self) -> None:
        """Zero everything: the next byte begins an answer."""
        for buffer in self._buffers:
            for i in range(len(buffer)):
                buffer[i] = 0
        self._counts = [0, 0, 0]
        self._reasons = [None, None, None]
        self._track = -1
        self._state = _WAIT_ESC
        self._left = 0

    def feed(self, byte: int) -> bool:
        """Take one byte; True when it ends the answer."""
        if self._state == _STATUS:
            if byte != _GOOD:
                self._fail("bad_swipe" if byte == _BAD_SWIPE else "reader_error")
            return True
        self._state = self._handlers[self._state](byte)
        if self._state < 0:
            self._fail("line_noise")
            return True
        return False

    def silence(self) -> bool:
        """The line is silent; True when an answer was cut short by it."""
        if self._state in (_WAIT_ESC, _WAIT_S):
            self._state = _WAIT_ESC
            return False
        self._fail("cut_short")
        return True

    def swipe(self) -> tuple:
        """Return (bits, count) or a text, None or a reason for tracks 1 to 3."""
        out = []
        for i in range(3):
            count, buffer = self._counts[i], self._buffers[i]
            if i + 1 not in self._tracks:
                out.append(None)
            elif self._reasons[i]:
                out.append(self._reasons[i])
            elif not count:
                out.append(None)
            elif self._raw_mode:
                out.append((buffer, count))
            else:
                out.append(buffer[:count])
        return tuple(out)

    def _fail(self, reason: str) -> None:
        """No track that has no reason of its own is to be believed."""
        for i in range(3):
            self._reasons[i] = self._reasons[i] or reason

    def _wait_esc(self, byte: int) -> int:
        return _WAIT_S if byte == _ESC else _WAIT_ESC

    def _wait_s(self, byte: int) -> int:
        if byte == _START:
            return _TRACK_ESC
        return _WAIT_S if byte == _ESC else _WAIT_ESC

    def _track_esc(self, byte: int) -> int:
        if byte == _END:
            return _TAIL_FS
        return _TRACK_NUMBER if byte == _ESC else -1

    def _track_number(self, byte: int) -> int:
        if not self._track + 2 <= byte <= 3:
            return -1
        self._track = byte - 1
        return _LENGTH if self._raw_mode else _ISO

    def _length(self, byte: int) -> int:
        self._left = byte
        if byte > RAW_MAX:
            self._reasons[self._track] = "too_long"
        return _RAW if byte else self._next()

    def _raw(self, byte: int) -> int:
        if not self._reasons[self._track]:
            bits, at = self._buffers[self._track], self._counts[self._track]
            for k in range(8):
                bits[at + k] = byte >> (7 - k) & 1
            self._counts[self._track] = at + 8
        self._left -= 1
        return _RAW if self._left else self._next()

    def _next(self) -> int:
        return _TRACK_ESC if self._track < 2 else _TAIL_END

    def _iso(self, byte: int) -> int:
        track = self._track
        if byte == _ESC:
            return _ISO_ESC
        if byte == _END and self._ended():
            return _TAIL_FS
        if byte == _FS:  # the end sentinel was the last one
            return _TAIL_ESC if self._ended() else -1
        at = self._counts[track]
        if at == TEXT_MAX:
            self._reasons[track] = "too_long"
            return _ISO
        self._buffers[track][at] = byte
        self._counts[track] = at + 1
        return _ISO

    def _ended(self) -> bool:
        """Whether the track has its own end sentinel, so that another one ends the data."""
        count = self._counts[self._track]
        return count == 0 or self._buffers[self._track][count - 1] == _END

    def _iso_esc(self, byte: int) -> int:
        """Behind ESC: the next track's number, or what the reader says of this one."""
        if self._counts[self._track] == 0 and byte in (_EMPTY, _UNREADABLE):
            if byte == _UNREADABLE:
                self._reasons[self._track] = "reader_error"
            return self._next()
        return self._track_number(byte) if self._track < 2 else -1

    def _tail_end(self, byte: int) -> int:
        return _TAIL_FS if byte == _END else -1

    def _tail_fs(self, byte: int) -> int:
        return _TAIL_ESC if byte == _FS else -1

    def _tail_esc(self, byte: int) -> int:
        return _STATUS if byte == _ESC else -1
