# SPDX-License-Identifier: MIT
"""Stripe readers on a UART that send text (magstripe.md 2.5): MagTek RS-232/TTL, ID TECH, UIC.

All of them send each track as start sentinel, data, end sentinel; what differs is the framing
around it, which is skipped. A track that the reader could not read is the letter E (UIC: F)
between its sentinels, one that is not on the card is N. `TextFrames` is the protocol, fed byte by
byte and told when the line fell silent; `SerialReader` looks at the UART it is handed.
"""

from micropython import const

TEXT_MAX = const(107)  # the longest track; longer is no track text
TRACK_LIMITS = (78, 39, 106)  # by track, sentinels included: LRC is not sent

_CR = const(0x0D)
_ETX = const(0x03)
_END = const(0x3F)  # ?
_THIRD = b"+!#"  # what readers put in place of track 3's own start sentinel
_PERCENT = const(0x25)
_SEMICOLON = const(0x3B)
_FAILED = b"EF"
_ABSENT = const(0x4E)  # N

_SILENCE_MS = const(60)  # 9600 baud sends a byte a millisecond
_READ_BYTES = const(64)
_DROPS = const(32)  # reads: four times what a board's buffer holds


class TextFrames:
    """One swipe at a time. With `lrc` the reader sends a check character behind each track."""

    command = b""  # these readers send without being asked

    def __init__(self, tracks: tuple, lrc: bool) -> None:
        self._tracks = tracks
        self._lrc = lrc
        self._texts = [bytearray(TEXT_MAX) for _ in range(3)]
        self.start()

    def start(self) -> None:
        """Zero everything: the next byte begins a swipe."""
        for text in self._texts:
            for i in range(TEXT_MAX):
                text[i] = 0
        self._lengths = [0, 0, 0]
        self._reasons = [None, None, None]
        self._track = -1  # index of the track that is coming in
        self._last = -1  # index of the highest track that came
        self._skip = 0

    @property
    def begun(self) -> bool:
        """Whether any track has come."""
        return self._last >= 0

    def feed(self, byte: int) -> bool:
        """Take one byte; True when it ends the swipe."""
        if self._track >= 0:
            self._inside(byte)
            return False
        if self._skip:
            self._skip -= 1
            return False
        track = self._starts(byte)
        if track >= 0:
            self._track = self._last = track
            self._keep(byte if byte in b"%;" else _SEMICOLON)
        return byte == _ETX and self.begun

    def silence(self) -> bool:
        """The line is silent; True when that ends a swipe."""
        if self._track >= 0:
            self._reasons[self._track] = "cut_short"
            self._track = -1
        return self.begun

    def swipe(self) -> tuple:
        """Return a text, None or a reason for tracks 1 to 3; the caller wipes the texts."""
        out = []
        for i in range(3):
            length = self._lengths[i]
            if i + 1 not in self._tracks:
                out.append(None)
            elif self._reasons[i]:
                out.append(self._reasons[i])
            else:
                out.append(self._texts[i][:length] if length else None)
        return tuple(out)

    def _starts(self, byte: int) -> int:
        """Return the index of the track this byte begins, -1 when it begins none."""
        if self._last == 2:
            return -1
        if byte == _PERCENT:
            return 0 if self._last < 0 else 2  # a second one is a licence's track 3
        if byte == _SEMICOLON:
            return 1 if self._last < 1 else 2
        return 2 if byte in _THIRD else -1

    def _inside(self, byte: int) -> None:
        track = self._track
        if byte < 0x20 or byte > 0x5F:
            self._reasons[track] = "cut_short" if byte in (_CR, _ETX) else "line_noise"
            self._track = -1
        elif self._lengths[track] >= TRACK_LIMITS[track]:
            self._reasons[track] = "too_long"
            if byte == _END:
                self._ended()
        else:
            self._keep(byte)
            if byte == _END:
                self._ended()

    def _keep(self, byte: int) -> None:
        track = self._track
        if byte >= 0x40 and track == 2 and self._texts[2][0] == _SEMICOLON:
            self._texts[2][0] = _PERCENT  # letters: track 3 in track-1 coding
        self._texts[track][self._lengths[track]] = byte
        self._lengths[track] += 1

    def _ended(self) -> None:
        """The end sentinel came: was it a text, or what the reader says of the track?"""
        track, text = self._track, self._texts[self._track]
        if self._lengths[track] == 3:
            if text[1] in _FAILED:
                self._reasons[track] = "reader_error"
            elif text[1] == _ABSENT:
                self._lengths[track] = 0
        elif self._lengths[track] == 2:
            self._lengths[track] = 0
        self._track = -1
        self._skip = 1 if self._lrc else 0


class SerialReader:
    """`uart.read(n)` answers at once; `frames` is one of the protocols."""

    def __init__(self, uart: object, frames: object) -> None:
        self._uart = uart
        self._frames = frames
        self._heard_ms = 0
        self._given = ()

    def wipe(self) -> None:
        """Zero the last swipe, drop what has come in meanwhile, and ask for the next."""
        for text in self._given:
            if isinstance(text, bytearray):
                for i in range(len(text)):
                    text[i] = 0
        self._given = ()
        for _ in range(_DROPS):  # a line full of noise never ends
            if not self._uart.read(_READ_BYTES):
                break
        self._frames.start()
        if self._frames.command:
            self._uart.write(self._frames.command)

    def poll(self, now_ms: int) -> object:
        """Return a swipe once: text, (bits, count) or reason a track. None while none came."""
        frames = self._frames
        data = self._uart.read(_READ_BYTES)
        if data:
            self._heard_ms = now_ms
            for i in range(len(data)):
                if frames.feed(data[i]):
                    return self._swipe()
        elif (now_ms - self._heard_ms) & 0x1FFFFFFF > _SILENCE_MS and frames.silence():
            return self._swipe()
        return None

    def _swipe(self) -> object:
        self._given = self._frames.swipe()
        return self._given
