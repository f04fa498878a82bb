# SPDX-License-Identifier: MIT
"""One track: flux intervals or clocked bits -> TrackRead, both directions, never a guess.

Two stages. The fast one runs one clock over the swipe, from its beginning and then from its end: a
payment track that it reads with every transition where it was expected, or any text that it reads
from both ends, is taken. Everything else is for `search`, which repairs. A text counts only when
it passes every check of `chars` and no other reading contradicts it. Buffers are made once and
zeroed after every track.
"""

from micropython import const

from pos.card import chars, clock, layout
from pos.core.carddata import wipe

MAX_INTERVALS = const(1536)  # 210 bpi, all ones, is 1417 over the whole stripe
MIN_INTERVALS = const(16)  # fewer: nothing was recorded on this track
_MAX_ROUGH = const(15)  # places, in a text that is not a payment track
_TEXT_BYTES = const(107)  # the longest track, as in chars.MAX_CHARS
_LONG = const(20)  # characters
_NOTHING = ("blank", "no_leading_zeros")
_ZEROS = bytes(128)  # MAX_INTERVALS are a multiple of it


class TrackRead:
    """What one track gave: `status` is "ok", "absent" or "bad".

    `text` (ok only) is ASCII with sentinels and without LRC; `reason` is a short stable word;
    `position` is the character at which a bad read ended, for diagnosis; `direction` is then the
    one in which it came so far.
    """

    def __init__(self, status: str, reason: object = None, position: int = 0) -> None:
        self.status = status
        self.reason = reason
        self.position = position
        self.text = None
        self.direction = "unknown"

    def wipe(self) -> None:
        """Zero the text; the read becomes useless and says so."""
        if self.text is not None:
            wipe(self.text)
            self.text = None
        self.status = "absent"

    def __repr__(self) -> str:
        return "TrackRead(%s, %s)" % (self.status, self.reason)


class _Evidence:
    """The one text all attempts so far agree on, and how far the attempts came that failed."""

    def __init__(self) -> None:
        self.text = None
        self.back = False
        self.votes = 0
        self.rough = 0
        self.conflict = False
        self.reason = None
        self.position = 0
        self.came = False

    def failed(self, reason: str, position: int, back: bool = False) -> None:
        """Keep the reason of the attempt that came furthest, and its direction."""
        if self.reason is None or position > self.position:
            self.reason, self.position, self.came = reason, position, back

    def read(self, text: bytearray, length: int, back: bool) -> None:
        """Count a text that passed every check; a second, different one is a conflict."""
        self.votes += 1
        if self.text is None:
            self.text = text[:length]
            self.back = back
        elif len(self.text) != length:
            self.conflict = True
        else:
            for i in range(length):
                if self.text[i] != text[i]:
                    self.conflict = True

    def is_payment(self, track: int) -> bool:
        """Tell whether the text has the layout of a payment card, down to a month that exists."""
        fields = layout.PARSERS[track](self.text)
        return fields is not None and fields.sure

    def result(self, enough: bool) -> TrackRead:
        """Return the verdict; the text goes to the caller or is wiped."""
        if enough and self.text is not None and not self.conflict:
            out = TrackRead("ok")
            out.text = self.text
            out.direction = _way(self.back)
            return out
        if self.text is not None:
            wipe(self.text)
            return TrackRead("bad", "ambiguous" if self.conflict else "unsure")
        out = TrackRead("absent" if self.reason == "blank" else "bad", self.reason, self.position)
        if self.position:
            out.direction = _way(self.came)
        return out


def _way(back: bool) -> str:
    return "reverse" if back else "forward"


class Decoder:
    """Decodes one track at a time; the buffers are made once and are zero between calls."""

    def __init__(self) -> None:
        self._bits = bytearray(MAX_INTERVALS)
        self._written = 0  # bits that may not be zero
        self._text = bytearray(_TEXT_BYTES)

    def decode_track(self, track: int, intervals: object, count: int) -> TrackRead:
        """Decode the first `count` flux intervals (us, whole numbers) of track 1, 2 or 3."""
        if count < MIN_INTERVALS:
            return TrackRead("absent")
        if count > MAX_INTERVALS:
            return TrackRead("bad", "too_long")
        try:
            found = _Evidence()
            enough = self._follow(found, track, intervals, count, chars.WIDTHS[track])
            if not enough and found.reason not in _NOTHING:
                enough = self._repair(found, track, intervals, count)
            if found.text is None and found.reason != "blank":
                return self._other_coding(track, intervals, count, found)
            return found.result(enough)
        finally:
            self.wipe()

    def decode_bits(self, track: int, bits: bytes, count: int) -> TrackRead:
        """Decode bits (0 or 1 a byte) that a clock-and-data or shift-out reader delivered."""
        if count > MAX_INTERVALS:
            return TrackRead("bad", "too_long")
        self._written = count
        for i in range(count):
            self._bits[i] = bits[i] & 1
        found = _Evidence()
        other = chars.BITS_5 if track == 1 else chars.BITS_7
        try:
            self._attempt(found, count, False, chars.WIDTHS[track], chars.MAX_CHARS[track])
            if found.text is None and found.reason != "blank":
                alien = _Evidence()
                self._attempt(alien, count, False, other, _TEXT_BYTES)
                return _alien(track, alien, found, alien.votes > 0)
            return found.result(True)
        finally:
            self.wipe()

    def wipe(self) -> None:
        """Zero the buffers."""
        self._wipe_bits()
        self._text[:] = _ZEROS[:_TEXT_BYTES]

    def _wipe_bits(self) -> None:
        for start in range(0, self._written, len(_ZEROS)):
            self._bits[start : start + len(_ZEROS)] = _ZEROS
        self._written = 0

    def _follow(
        self, found: _Evidence, track: int, intervals: object, count: int, width: int
    ) -> bool:
        """Run the clock from one end and, unless that is enough, from the other."""
        limit = chars.MAX_CHARS[track] if width == chars.WIDTHS[track] else _TEXT_BYTES
        for back in (False, True):
            self._wipe_bits()
            self._written = count
            cells, rough = clock.recover(intervals, count, self._bits, back)
            if cells == 0:
                found.failed("no_leading_zeros", 0)
                continue
            self._attempt(found, cells, back, width, limit)
            if found.text is not None and not rough and found.is_payment(track):
                break
            if not rough and found.reason == "blank":
                break
            found.rough += rough
        else:
            return found.votes > 1 and found.rough <= _MAX_ROUGH
        return found.text is not None and not found.conflict

    def _repair(self, found: _Evidence, track: int, intervals: object, count: int) -> bool:
        """Let the search find the text; one that the clock had read must be the same.

        Its buffers are made for one track and let go of: they are larger than all the rest.
        """
        from pos.card.search import Search

        search = Search()
        try:
            text, back = search.read(track, intervals, count)
        finally:
            search.wipe()
        if text is None:
            return False
        found.read(text, len(text), back)
        wipe(text)
        return True

    def _attempt(self, found: _Evidence, cells: int, back: bool, width: int, limit: int) -> None:
        """Read the bits both ways; `back` when they stand in backward order of time."""
        for against in (back, not back):
            reason, n = chars.read(self._bits, cells, against, width, limit, self._text)
            if reason is None:
                found.read(self._text, n, back != against)
                if n > _LONG:
                    return  # so long a text is none by chance the other way round
            else:
                found.failed(reason, n, back != against)

    def _other_coding(
        self, track: int, intervals: object, count: int, found: _Evidence
    ) -> TrackRead:
        """Tell a stripe written in the other coding (AAMVA track 3, a misaligned card)."""
        width = chars.BITS_5 if track == 1 else chars.BITS_7
        alien = _Evidence()
        self._follow(alien, track, intervals, count, width)
        return _alien(track, alien, found, alien.votes > 1)


def _alien(track: int, alien: _Evidence, found: _Evidence, enough: bool) -> TrackRead:
    """Licences have track 3 in track-1 coding: that is read. On tracks 1 and 2 it is refused."""
    if alien.text is None:
        return found.result(False)
    out = alien.result(enough)
    if track != 3 and out.status == "ok":
        out.wipe()
        return TrackRead("bad", "format_for_track_%d" % track)
    return out
