# SPDX-License-Identifier: MIT
"""A track text of any origin -> its layout with every field (parse_fields.Parsed).

`parse` takes what a stripe holds, sentinels included. `reader_form` makes that of what a reader
prints: sentinels stripped, `+` for track 3, LRC appended, `D` and `F` of a host's track 2. The one
error of both is CardError, whatever they are given.
"""

from pos.card import parse_aamva, parse_iso
from pos.card.parse_fields import Cursor, Parsed
from pos.core.errors import CardError

_STARTS = b"%;+!#"
_END = 0x3F


def parse(track: int, text: bytearray) -> Parsed:
    """Return the fields of a whole track text. CardError when the track cannot carry it.

    A text that has no layout we know is `generic` (gift and store cards), with the reason why it
    is no payment track among its flags.
    """
    if track not in (1, 2, 3):
        raise CardError("no such track", 0)
    text = bytearray(text)
    _check_characters(track, text)
    reason = ""
    for parser in _parsers(track, text):
        try:
            return parser(text)
        except CardError as error:
            reason = reason or error.reason
    return _generic(track, text, reason)


def _parsers(track: int, text: bytearray) -> tuple:
    """Return the layouts to try; what decides between look-alikes comes first."""
    if text[0] == 0x25:
        if text[1] == 0x41:  # A: a licence of Alabama, or private
            return (parse_aamva.track1, parse_iso.track1)
        if 0x30 <= text[1] <= 0x39 or track == 3:
            return (parse_aamva.track3,)
        return (parse_iso.track1, parse_aamva.track1)
    if track == 2:
        return (
            (parse_aamva.track2, parse_iso.track2)
            if parse_aamva.is_issuer(text)
            else (parse_iso.track2,)
        )
    return (parse_iso.track3,)


def _check_characters(track: int, text: bytearray) -> None:
    """Want sentinels at both ends, and characters that the coding has between them.

    A % inside is borne on tracks 1 and 3 (names of published cards have it), a ; inside is not.
    """
    if len(text) < 3:
        raise CardError("too short", track)
    wide = text[0] == 0x25 and track != 2
    if not wide and (text[0] != 0x3B or track == 1):
        raise CardError("no start sentinel", track)
    if text[len(text) - 1] != _END:
        raise CardError("no end sentinel", track)
    low, high = (0x20, 0x5F) if wide else (0x30, 0x3F)
    for i in range(1, len(text) - 1):
        if not low <= text[i] <= high or text[i] in b"?;"[: 1 if wide else 2]:
            raise CardError("character %d cannot stand there" % i, track)


def _generic(track: int, text: bytearray, reason: str) -> Parsed:
    """Gift and store cards: parts between separators, the longest number named as such."""
    out = Parsed(track, "generic", text)
    separator = 0x5E if text[0] == 0x25 else 0x3D
    cursor = Cursor(out, 1)
    n = 1
    while cursor.at < cursor.end:
        stop = cursor.at
        while stop < cursor.end and text[stop] != separator:
            stop += 1
        out.put("part%d" % n, (cursor.at, stop))
        cursor.at = stop + 1
        n += 1
    _number(out)
    if reason:
        out.flag("no payment track: " + reason)
    return out


def _number(out: Parsed) -> None:
    """Name the longest run of digits."""
    best = (0, 0)
    start = None
    for i in range(1, len(out.text)):
        if 0x30 <= out.text[i] <= 0x39:
            start = i if start is None else start
        elif start is not None:
            if i - start > best[1] - best[0]:
                best = (start, i)
            start = None
    if best[1]:
        out.put("number", best)


def reader_form(printed: bytes, track: int = 0) -> tuple:
    """Return (track, text with sentinels) of one track as a reader prints it.

    `track` 0 lets the text tell. CardError for a reader's own error report (`%E?`), a wrong LRC,
    or characters behind it.
    """
    text = bytearray(printed.strip(b"\r\n\t"))
    if not text:
        raise CardError("nothing printed", track)
    track = track or _track_of(text)
    if text[0] not in _STARTS:
        text = bytearray(b"%" if track == 1 else b";") + text
    elif text[0] != 0x25:
        text[0] = 0x25 if text[0] in b"!#" or _is_wide(text) else 0x3B
    end = text.find(b"?")
    rest = text[end + 1 :] if end >= 0 else b""
    text = text[:end] if end >= 0 else text
    text = (_host_form(text) if track == 2 else text) + b"?"
    if text[1:] == b"E?":
        raise CardError("the reader could not read it", track)
    if len(rest) > 1:
        raise CardError("characters behind the LRC", track)
    if rest and rest[0] != lrc(text):
        raise CardError("lrc", track)
    return track, text


def _track_of(text: bytearray) -> int:
    """Tell the track: by the reader's start sentinel, else by what stands there."""
    if text[0] in b"+!#":
        return 3
    if text[0] == 0x3B:
        return 3 if len(text) > 42 else 2
    if text[0] == 0x25 or not 0x30 <= text[0] <= 0x39:
        return 1
    return 3 if len(text) > 40 else 2


def _is_wide(text: bytearray) -> bool:
    """Tell whether characters stand there that the 4-bit set lacks: a licence printed with `+`."""
    for value in text[1:]:
        if value != _END and not 0x30 <= value <= 0x3F:
            return text[0] == 0x2B
    return False


def _host_form(text: bytearray) -> bytearray:
    """Track 2 as hosts write it: D for the separator, F to fill the last byte."""
    if text.endswith(b"F"):
        text = text[: len(text) - 1]
    return text if b"=" in text else text.replace(b"D", b"=")


def lrc(text: bytearray) -> int:
    """Return the printed LRC character of a text with its sentinels."""
    offset = 0x20 if text[0] == 0x25 else 0x30
    value = 0
    for char in text:
        value ^= char - offset
    return (value & (0x3F if offset == 0x20 else 0x0F)) + offset


def split(line: bytes) -> list:
    """Return [(track, text)] of a line that a keyboard reader prints for a whole swipe."""
    line = line.strip(b"\r\n\t")
    out = []
    at = 0
    while at < len(line):
        end = line.find(b"?", at)
        stop = len(line) if end < 0 else end + 1
        if stop < len(line) and (line[stop] not in _STARTS or stop + 1 == len(line)):
            stop += 1  # the LRC
        out.append(reader_form(line[at:stop], 0))
        at = stop
    return out
