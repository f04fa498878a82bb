# SPDX-License-Identifier: MIT
"""One line of the bench link, taken byte by byte: JSON, with flux and key digits kept out of it.

A swipe line is some 15 KB of numbers. They go straight into three arrays made once; what is left
of the line (`{"do":"swipe","flux":{"1":[],...}}`) is small enough for json. Every length is
bounded; like a recorder on a board, a full array takes no more.

The text of a `"hex":"..."` is part of a key: it is handed on byte by byte while keys are loaded,
and dropped at all other times. It never is in a buffer here, so it never can be in a str.
"""

from micropython import const

from array import array

FLUX_MAX = const(1536)  # intervals a track: 210 bpi, all ones, on 3.375 inches is 1418
_GROWTH = const(512)  # at a time: most tracks need one or two
_LINE_MAX = const(512)
_INTERVAL_MAX_US = const(65535)
_HEX = const(3)  # in the place of a track's index

_NEWLINE = const(10)
_QUOTE = const(34)
_MINUS = const(45)
_POINT = const(46)
_OPEN = const(91)
_CLOSE = const(93)


class LineReader:
    """Feed bytes; `line` holds the last whole line, `counts` the intervals a track it carried.

    `tracks` are those that the stripe reader has which the link stands for; others are not given.
    It is the board's key port too: `loader` (keystore/loading.py) is there while keys are loaded.
    """

    tracks = (1, 2, 3)
    loader = None

    def __init__(self) -> None:
        self.flux = [None, None, None]  # made when a swipe comes in, given away with `take`
        self.counts = [0, 0, 0]
        self._buffer = bytearray(_LINE_MAX)
        self._start()

    def _start(self) -> None:
        self._length = 0
        self._track = -1  # index of the array being filled, -1 outside
        self._number = -1  # number being read, -1 none
        self._fraction = False
        self.error = ""

    def feed(self, byte: int) -> bool:
        """Take one byte; True when a line is complete and may be taken with `line()`."""
        if byte == _NEWLINE:
            return True
        if self._track >= 0:
            self._in_value(byte)
        elif self._length < _LINE_MAX:
            self._buffer[self._length] = byte
            self._length += 1
            if byte == _OPEN or byte == _QUOTE:
                self._maybe_value()
        else:
            self.error = "line of over %d bytes" % _LINE_MAX
        return False

    def line(self) -> bytes:
        """Return the line without its flux and get ready for the next. ValueError: unusable."""
        raw, error = bytes(self._buffer[: self._length]), self.error
        if self._track >= 0:
            error = error or "flux or hex does not end"
        self._start()
        if error:
            raise ValueError(error)
        return raw

    def _maybe_value(self) -> None:
        """Go into array mode behind `"1":[`, `"2":[` or `"3":[`, into hex behind `"hex":"`."""
        head = bytes(self._buffer[: self._length]).replace(b" ", b"")[-7:]
        if head == b'"hex":"':
            self._track = _HEX
        head = head[-5:]
        if len(head) == 5 and head[0] == _QUOTE and head[2:] == b'":[' and 49 <= head[1] <= 51:
            self._track = head[1] - 49
            self.counts[self._track] = 0

    def _in_value(self, byte: int) -> None:
        if self._track == _HEX:
            if byte == _QUOTE:
                self._track = -1
                self.feed(byte)
            elif self.loader:
                self.loader.byte(byte)
            return
        if 48 <= byte <= 57:
            if not self._fraction:
                digit = byte - 48
                self._number = digit if self._number < 0 else min(self._number * 10 + digit, 99999)
            return
        if byte == _POINT:
            self._fraction = True
            return
        if byte == _MINUS:
            self.error = "flux of track %d has a negative interval" % (self._track + 1)
        self._end_number()
        if byte == _CLOSE:
            self._track = -1
            self.feed(byte)

    def _end_number(self) -> None:
        if self._number >= 0:
            at = self.counts[self._track]
            if not at:
                self.flux[self._track] = array("H", bytes(2 * _GROWTH))
            elif at == len(self.flux[self._track]) and at < FLUX_MAX:
                self.flux[self._track].extend(array("H", bytes(2 * _GROWTH)))
            if at < FLUX_MAX:
                self.flux[self._track][at] = min(self._number, _INTERVAL_MAX_US)
                self.counts[self._track] = at + 1
        self._number = -1
        self._fraction = False

    def take(self) -> list:
        """Return (intervals, count) or None a track of the last line, and forget them.

        A list, so that whoever has read it can let go of the intervals for everybody.
        """
        swipe = [None, None, None]
        for i in range(3):
            if self.counts[i] and i + 1 in self.tracks:
                swipe[i] = (self.flux[i], self.counts[i])
            self.flux[i] = None
            self.counts[i] = 0
        if self.loader:
            self.loader.forget()
        return swipe
