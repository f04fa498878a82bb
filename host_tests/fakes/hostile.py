# SPDX-License-Identifier: MIT
"""Hostile swipes for the card decoder, made from bytes, and what must hold for each of them.

One target for all fuzzers: random bytes under MicroPython, hypothesis and atheris on CPython. The
bytes choose an entry of the decoder, a real swipe or noise, and what is done to it.
"""

from array import array

from fakes.stripe import backwards, flux, stripe
from pos.card.flux import MAX_INTERVALS, Decoder
from pos.card.reader import read_card
from pos.core.errors import CardError

STATUSES = ("ok", "absent", "bad")
_STARTS = b"%;"
_LONGEST = 107  # characters of a text
_MOST_STEPS = 24  # of damage to one track
_ODD = (0, 1, 2, 7, 100, 333, 1000, 5000, 30000, 65534, 65535)
_HUGE = (65536, 1 << 20, (1 << 30) - 1, 1 << 30, 1 << 31, 1 << 40)  # in lists only
_TEXTS = (  # bits a character, text
    (7, b"%B6222020000000123^TEST/CARD^30122200000012300000?"),
    (5, b";6222020000000123=30122200000012300000?"),
    (5, b";6250930000000036=33122200000000000000?"),
    (5, b";996222020000000123=15615609999999900030000000100003012=0=0=0000000?"),
    (7, b'%"00000000000CA 00000000000M180 75BLKBRO1234567890?'),
    (5, b";1234567890?"),
)
_OWN = (None, (0, 0), (1, 2), (3, 4))  # the texts that belong on a track


class Source:
    """Numbers from bytes; zeros when they are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def left(self) -> bool:
        """Tell whether there are bytes left."""
        return self._at < len(self._data)

    def number(self, limit: int) -> int:
        """Return a number from 0 up to below `limit`, of two bytes if it needs them."""
        value = 0
        for _ in range(1 if limit <= 256 else 2):
            value = value << 8 | (self._data[self._at] if self.left() else 0)
            self._at += 1
        return value % limit


def noise(source: Source) -> list:
    """Return intervals in runs: odd ones, even ones, or a cell time with a scatter."""
    out = []
    while source.left() and len(out) <= MAX_INTERVALS:
        count, kind = 1 + source.number(200), source.number(3)
        if kind == 0:
            out += [_ODD[source.number(len(_ODD))]] * count
        elif kind == 1:
            out += [source.number(65536) for _ in range(count % 16)]
        else:
            cell, scatter = 1 + source.number(4000), 1 + source.number(256)
            for n in range(count):
                out.append(cell + n * 40503 % scatter)
    return out


def damaged(source: Source, track: int) -> list:
    """Return a real swipe, of the track's own text or another's, and what happened to it."""
    text, width = _text(source, track)
    cell = 80 + source.number(2000)
    values = flux(
        stripe(text, width), cell, cell * (4 + source.number(29)) // 16, source.number(20)
    )
    values = list(backwards(values) if source.number(2) else values)
    for _ in range(_steps(source)):
        _damage(values, source)
    return values


def _text(source: Source, track: int) -> tuple:
    """Return a text and its bits a character, mostly one that belongs on the track."""
    at = source.number(4 * len(_TEXTS))
    if at >= len(_TEXTS):
        at = _OWN[track][at % 2]
    width, text = _TEXTS[at]
    return text, width


def _steps(source: Source) -> int:
    """Return how many things happen to a track: none to three, or many."""
    return source.number(4) if source.number(4) else source.number(_MOST_STEPS)


def _damage(values: list, source: Source) -> None:
    """Do one thing to the intervals, at one place or over a stretch."""
    if not values:
        return
    at, what = source.number(len(values)), source.number(10)
    end = min(at + 1 + source.number(64), len(values))
    if what == 0:
        del values[at]
    elif what == 1:
        del values[at:end]
    elif what == 2:
        values.insert(at, _ODD[source.number(len(_ODD))])
    elif what == 3:
        share = 1 + source.number(64)
        for n in range(at, end):
            values[n] = values[n] * share // 16
    elif what == 4:
        values[at], values[end - 1] = values[end - 1], values[at]
    elif what == 5 and at + 1 < len(values):  # a lost transition
        values[at] += values.pop(at + 1)
    elif what == 6:  # a spurious one
        part = values[at] * source.number(16) // 16
        values[at : at + 1] = [part, values[at] - part]
    elif what == 7:
        values[at:end] = [_ODD[source.number(len(_ODD))]] * (end - at)
    elif what == 8:
        values[at:end] = values[at:end] * 2
    else:
        del values[: at // 4]


def form(source: Source, track: int) -> tuple:
    """Return (intervals, count): an array as a recorder has it, or a list with any numbers."""
    values = noise(source) if source.number(3) == 0 else damaged(source, track)
    as_list = source.number(4) == 0
    if as_list and values:
        for _ in range(source.number(4)):
            values[source.number(len(values))] = _HUGE[source.number(len(_HUGE))]
    else:
        values = array("H", [min(value, 65535) for value in values])
    count = source.number(len(values) + 1) if source.number(8) == 1 else len(values)
    return values, count


def bits_form(source: Source, track: int) -> tuple:
    """Return (bits, count) as a clock-and-data reader delivers them, some of them wrong."""
    text, width = _text(source, track)
    bits = stripe(text, width, source.number(70), source.number(200))
    for _ in range(_steps(source)):
        at, what = source.number(len(bits)), source.number(4)
        if what == 0:
            bits[at] ^= 1
        elif what == 1:
            bits[at] = source.number(256)
        elif what == 2:
            bits = bits[:at] + bits[at + 1 :] + b"\x00"
        else:
            bits = bits[:at] + b"\x01" + bits[at:]
    return bits, source.number(len(bits) + 1) if source.number(8) == 1 else len(bits)


def holds(read: object) -> None:
    """AssertionError unless a TrackRead is a legal one."""
    assert read.status in STATUSES, "status %r" % (read.status,)
    assert read.reason is None or isinstance(read.reason, str), "reason %r" % (read.reason,)
    assert isinstance(read.position, int) and read.position >= 0, "position %r" % (read.position,)
    if read.status != "ok":
        assert read.text is None, "a text that was not accepted"
        assert read.status == "absent" or read.reason, "a bad read without a reason"
        return
    text = read.text
    assert isinstance(text, bytearray) and 2 <= len(text) <= _LONGEST, "length of the text"
    assert text[0] in _STARTS and text[-1] == 0x3F, "sentinels"
    assert bytes(text).find(b"?") == len(text) - 1 and min(text) >= 0x20 and max(text) <= 0x5F, (
        "characters"
    )
    assert read.direction in ("forward", "reverse"), "direction %r" % (read.direction,)


def one_track(decoder: Decoder, source: Source) -> None:
    """One track of intervals."""
    track = 1 + source.number(3)
    values, count = form(source, track)
    before = values[:]
    holds(decoder.decode_track(track, values, count))
    assert values == before, "the intervals were changed"


def one_bits(decoder: Decoder, source: Source) -> None:
    """One track of bits."""
    track = 1 + source.number(3)
    bits, count = bits_form(source, track)
    holds(decoder.decode_bits(track, bits, count))


def whole_swipe(decoder: Decoder, source: Source) -> None:
    """Three tracks, any of which may be missing, as intervals or as bits."""
    forms = []
    for track in (1, 2, 3):
        kind = source.number(6)
        make = bits_form if kind == 1 else form
        forms.append(make(source, track) if kind else None)
    swipe = read_card(forms, decoder)
    texts = []
    for track in (1, 2, 3):
        holds(swipe.tracks[track])
        texts.append(swipe.tracks[track].text)
    assert swipe.accepted == (swipe.reason is None), "accepted for a reason"
    try:
        swipe.card()
        assert swipe.accepted, "a refused swipe gave a card"
    except CardError:
        assert not swipe.accepted, "an accepted swipe gave no card"
    swipe.wipe()
    for text in texts:
        assert not text or not any(text), "a text that was not wiped"


_ENTRIES = (one_track, one_track, one_bits, whole_swipe)


def target(data: bytes, decoder: Decoder) -> None:
    """Run the case that the bytes describe; AssertionError when a promise is broken."""
    source = Source(data)
    _ENTRIES[source.number(len(_ENTRIES))](decoder, source)
