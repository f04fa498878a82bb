# SPDX-License-Identifier: MIT
"""Tracks that did not come as flux: bits of a decoder chip, texts of a serial reader, a reason.

Whatever a reader has checked itself, its text must still be one: sentinels, character set, length.
Bits and texts are zeroed here; the swipe's buffers belong to whoever reads it.
"""

from pos.card import chars
from pos.card.flux import Decoder, TrackRead
from pos.core.carddata import wipe

_STARTS = (None, b"%", b";", b";%")  # AAMVA licences have track 3 in track-1 coding
_MIN_TEXT = 4


def read(decoder: Decoder, track: int, form: object) -> TrackRead:
    """Read a text (bytearray), (bits, count), or a str that says why there is none."""
    if isinstance(form, str):
        return TrackRead("bad", form)
    if isinstance(form, bytearray):
        try:
            return _text(track, form)
        finally:
            wipe(form)
    bits, count = form
    try:
        if count > len(bits):
            return TrackRead("bad", "too_long")
        return decoder.decode_bits(track, bits, count)
    finally:
        wipe(bits)


def _text(track: int, text: bytearray) -> TrackRead:
    """Check a text that came without its LRC."""
    length = len(text)
    if length < _MIN_TEXT or text[0] not in _STARTS[track]:
        return TrackRead("bad", "no_start_sentinel")
    if length > chars.MAX_CHARS[track] - 1:
        return TrackRead("bad", "too_long")
    if text[length - 1] != 0x3F:
        return TrackRead("bad", "no_end_sentinel", length)
    low, high = (0x20, 0x5F) if text[0] == 0x25 else (0x30, 0x3F)
    for i in range(1, length - 1):
        if not low <= text[i] <= high or text[i] == 0x3F:
            return TrackRead("bad", "layout", i)
    out = TrackRead("ok")
    out.text = bytearray(text)
    return out
