# SPDX-License-Identifier: MIT
"""Buffered shift-out decoder: MagTek Triple Track Delta ASIC, IntelliHead (magstripe.md 2.3).

The chip reads the card on its own; two wires fetch it afterwards, and nothing is urgent. DATA
(from the chip) and STROBE (to it) idle high. `ShiftOut` is the protocol, fed with levels and
times; `ShiftReader` moves the pins it is handed.
"""

from micropython import const

PREAMBLE_BITS = const(16)  # the revision of the chip, in the last two
TRACK_BITS = const(704)
PAD = const(6)  # zeros before the first 1 are not stored: a reversed LRC may begin with so many

NOTHING = const(0)  # what `look` asks for
CLEAR = const(1)  # a pulse that clears the ZEROES flag
STOP = const(2)  # CLEAR unless it was given, then the long pulse, then the bits

_LOOKS = const(2)  # at a low DATA before it is believed
_AUX_MS = const(3200)  # the auxiliary flag comes within 3.1 s
_RESET_MS = const(700)  # the chip's watchdog clears the buffer when no strobe comes: 262-630 ms
_REVISION_AT = const(14)  # in the preamble; what comes before is zeros

_WATCHING = const(0)
_WAITING_AUX = const(1)
_RESETTING = const(2)


class ShiftOut:
    """States of one chip. With `aux`, cards may hold 13 zeros in their data: wait for the end."""

    def __init__(self, tracks: tuple, aux: bool) -> None:
        self._tracks = tracks
        self._aux = aux
        self._buffers = tuple([bytearray(PAD + TRACK_BITS) for _ in range(3)])
        self._state = _WATCHING
        self._low = 0
        self._since = 0
        self._was_high = False
        self.start()

    def start(self) -> None:
        """Zero the buffers; the next `bit` is the first of the preamble."""
        for buffer in self._buffers:
            for i in range(len(buffer)):
                buffer[i] = 0
        self._at = 0
        self._ones = [0, 0, 0]
        self._garbled = False

    def look(self, level: int, now_ms: int) -> int:
        """Tell what to do about DATA as it is now: NOTHING, CLEAR or STOP."""
        self._low = 0 if level else min(self._low + 1, _LOOKS)
        if self._state == _RESETTING:
            if level and _elapsed(now_ms, self._since) > _RESET_MS:
                self._state = _WATCHING
            return NOTHING
        if self._state == _WAITING_AUX:
            late = _elapsed(now_ms, self._since) > _AUX_MS
            return STOP if self._low == _LOOKS or late else NOTHING
        if self._low < _LOOKS:
            return NOTHING
        if not self._aux:
            return STOP
        self._state, self._since, self._low = _WAITING_AUX, now_ms, 0
        return CLEAR

    @property
    def cleared(self) -> bool:
        """Whether CLEAR was given for this card."""
        return self._state == _WAITING_AUX

    def reset(self, now_ms: int) -> None:
        """The strobes have stopped: the chip resets itself, and DATA means nothing meanwhile."""
        self._state, self._since = _RESETTING, now_ms

    @property
    def more(self) -> bool:
        """Whether the chip holds bits that were not fetched yet."""
        return self._at < PREAMBLE_BITS + 3 * TRACK_BITS

    def bit(self, level: int) -> None:
        """Take the level of DATA while STROBE is low: low is a 1."""
        at = self._at
        self._at = at + 1
        if level:
            return
        if at < PREAMBLE_BITS:
            self._garbled = self._garbled or at < _REVISION_AT
            return
        at -= PREAMBLE_BITS
        track = at // TRACK_BITS
        self._buffers[track][PAD + at % TRACK_BITS] = 1
        self._ones[track] += 1

    def swipe(self) -> tuple:
        """Return (bits, count), None (nothing on it) or a reason for tracks 1 to 3."""
        if self._garbled or self.more:
            return self.failed("reader_preamble")
        count = PAD + TRACK_BITS
        out = []
        for i in range(3):
            wanted = i + 1 in self._tracks and self._ones[i]
            out.append((self._buffers[i], count) if wanted else None)
        return tuple(out)

    def failed(self, reason: str) -> tuple:
        """Return the reason for every track there is."""
        return tuple([reason if i in self._tracks else None for i in (1, 2, 3)])


def _elapsed(now_ms: int, since_ms: int) -> int:
    return (now_ms - since_ms) & 0x1FFFFFFF


_STOP_US = const(13)  # 12.4 at least; the other pulses, 0.5 us, are shorter than a Python call
_READY_LOOKS = const(100)
_READY_US = const(10)


class ShiftReader:
    """`data()` gives a level, `strobe(level)` sets one, `sleep_us(n)` waits a little."""

    def __init__(
        self, data: object, strobe: object, sleep_us: object, tracks: tuple, aux: bool
    ) -> None:
        self._data = data
        self._strobe = strobe
        self._sleep_us = sleep_us
        self._chip = ShiftOut(tracks, aux)
        self._stale = False
        strobe(1)

    def wipe(self) -> None:
        """Zero the last swipe; one that the chip has read meanwhile is dropped."""
        self._chip.start()
        self._stale = not self._data()

    def poll(self, now_ms: int) -> object:
        """Return a swipe once; None while none came. Takes some 40 ms when one did."""
        chip = self._chip
        cleared = chip.cleared
        wanted = chip.look(self._data(), now_ms)
        if wanted == NOTHING:
            if self._data():
                self._stale = False
            return None
        if not cleared:
            self._pulse(0)
        if wanted == CLEAR:
            return None
        self._pulse(_STOP_US)
        swipe = self._fetch()
        chip.reset(now_ms)
        if self._stale:
            chip.start()
            return None
        return swipe

    def _pulse(self, low_us: int) -> None:
        self._strobe(0)
        if low_us:
            self._sleep_us(low_us)
        self._strobe(1)

    def _fetch(self) -> tuple:
        """Clock all bits out once the chip says that they are ready."""
        chip, data, strobe = self._chip, self._data, self._strobe
        for _ in range(_READY_LOOKS):
            if not data():
                break
            self._sleep_us(_READY_US)
        else:
            return chip.failed("reader_silent")
        chip.start()
        while chip.more:
            strobe(0)
            level = data()  # before the rising edge: it may be gone with it
            strobe(1)
            chip.bit(level)
        return chip.swipe()
