# SPDX-License-Identifier: MIT
"""Bits -> characters: sentinels, parity, LRC and what must surround them (ISO/IEC 7811-2, 7813).

Parity and LRC alone do not make a read safe (a wrong clock can give a text that passes both), so
the text must also end within the length of its track, and nothing but zeros may follow the LRC.
"""

from micropython import const

BITS_7 = const(7)  # track 1; AAMVA licences use it on track 3 too
BITS_5 = const(5)  # tracks 2 and 3
WIDTHS = (0, 7, 5, 5)  # bits a character, by track number
MAX_CHARS = (0, 79, 40, 107)  # by track number, sentinels and LRC included
START = {7: 0x45, 5: 0x0B}  # % and ; with their parity bit, first bit lowest
_END = {7: 0x1F, 5: 0x0F}
_OFFSET = {7: 0x20, 5: 0x30}
_MIN_CHARS = const(5)  # sentinels included; less cannot be told from noise
_MAX_STARTS = const(6)  # ones to try as the start: scratches put ones among the leading zeros
_MAX_BLANK = const(2)  # ones on a stripe that still counts as blank
_QUIET_BITS = const(8)  # after the LRC: all zeros, as far as they were recorded
_MAX_STRAY = const(6)  # ones further on, up to the edge of the card


def _parities() -> bytes:
    out = bytearray(128)
    for value in range(128):
        ones = value
        while ones:
            out[value] ^= ones & 1
            ones >>= 1
    return bytes(out)


ODD = _parities()


def _char(bits: bytearray, at: int, room: int, step: int, width: int) -> int:
    """Return the `width` bits from `at`, the first one lowest; bits not recorded are zeros."""
    value = 0
    for k in range(max(min(room, width), 0)):
        value |= bits[at + k * step] << k
    return value


def _quiet(bits: bytearray, at: int, room: int, step: int) -> bool:
    """Tell whether zeros follow the LRC; a few ones far behind it are the card's edge."""
    stray = 0
    for k in range(room):
        if bits[at]:
            stray += 1
            if k < _QUIET_BITS or stray > _MAX_STRAY:
                return False
        at += step
    return True


def _characters(
    bits: bytearray, at: int, room: int, step: int, width: int, limit: int, text: bytearray
) -> tuple:
    """Read one text from its start sentinel; see `read` for what is returned."""
    offset, end = _OFFSET[width], _END[width]
    mask = (1 << (width - 1)) - 1
    lrc = 0
    ended = False
    two, odd = 2 * step, ODD
    for n in range(limit):
        if room < width:
            if not ended:
                return "no_end_sentinel", n
            value = _char(bits, at, room, step, width)
        else:  # as in _char, but a call for each character would take as long again
            value = bits[at] | bits[at + step] << 1 | bits[at + two] << 2
            at += two
            value |= bits[at + step] << 3 | bits[at + two] << 4
            at += two + step
            if width == BITS_7:
                value |= bits[at] << 5 | bits[at + step] << 6
                at += two
        room -= width
        if not odd[value]:
            return "lrc" if ended else "parity", n
        value &= mask
        lrc ^= value
        if ended:
            if lrc:
                return "lrc", n
            if n < _MIN_CHARS:
                return "layout", n
            return None if _quiet(bits, at, room, step) else "data_after_lrc", n
        text[n] = value + offset
        ended = value == end
    return "no_end_sentinel", limit


def read(
    bits: bytearray, count: int, back: bool, width: int, limit: int, text: bytearray
) -> tuple:
    """Look for a text in one direction; return (reason, characters).

    Reason None: `text` holds that many characters, sentinels included, the LRC checked and left
    out. Otherwise the reason of the attempt that came furthest, and how far it came; "blank" when
    there is hardly a 1.
    """
    step = -1 if back else 1
    at = count - 1 if back else 0
    start, ones = START[width], 0
    reason, best = "blank", 0
    for room in range(count, 0, -1):
        if bits[at]:
            ones += 1
            if ones > _MAX_STARTS:
                break
            if _char(bits, at, room, step, width) == start:
                why, n = _characters(bits, at, room, step, width, limit, text)
                if why is None:
                    return None, n
                if n > best:
                    reason, best = why, n
        at += step
    if best == 0 and ones > _MAX_BLANK:
        reason = "no_start_sentinel"
    return reason, best
