# SPDX-License-Identifier: MIT
"""Finds out which of length, TPDU and header stand in front of a message (unionpay.md, section 1).

All eight forms are tried. A form fits when its parts look like what they should be and the decoder
of the firmware takes the rest to the last byte; of several that fit, the first in order counts.
"""

from dataclasses import dataclass
from itertools import product

from posctl.errors import ToolError

_LENGTH_LEN, _TPDU_LEN, _HEADER_LEN = 2, 5, 6
_HEADER_CLASSES = (0x60, 0x61, 0x62, 0x63)
_TPDU_ID = 0x60
_NO_MTI = "no MTI where one can be: this is no message"


@dataclass
class Frame:
    """The parts in front of a message, None when absent, and the message (`pos.iso8583`)."""

    length: "int | None"
    tpdu: "str | None"
    header: "str | None"
    message: object


def split(raw: bytes) -> Frame:
    """Take a frame apart; ToolError with the complaint about the likeliest form if none fits."""
    complaints = []
    for form in product((True, False), repeat=3):
        try:
            return _as(form, raw)
        except _Misfit as misfit:
            complaints.append(misfit)
    likeliest = max(complaints, key=lambda misfit: misfit.likely)
    raise ToolError(str(likeliest))


class _Misfit(Exception):
    """Why one form does not fit, and how likely it is meant all the same."""

    def __init__(self, text: str, likely: int) -> None:
        super().__init__(text)
        self.likely = likely


def _as(form: tuple[bool, bool, bool], raw: bytes) -> Frame:
    from pos.core.errors import MessageError
    from pos.iso8583.codec import Message

    at, length, tpdu, header = 0, None, None, None
    if form[0]:
        at = _LENGTH_LEN
        length = int.from_bytes(raw[:at], "big")
    if form[1]:
        tpdu, at = _digits(raw, at, _TPDU_LEN, (_TPDU_ID,)), at + _TPDU_LEN
    if form[2]:
        header, at = _digits(raw, at, _HEADER_LEN, _HEADER_CLASSES), at + _HEADER_LEN
    if not _looks_like_mti(raw[at : at + 2]):
        raise _Misfit(_NO_MTI, -1)
    likely = 2 * (form[1] + form[2])
    if length is not None and length != len(raw) - _LENGTH_LEN:
        text = f"length prefix says {length}, {len(raw) - _LENGTH_LEN} bytes follow"
        raise _Misfit(text, likely)
    try:
        return Frame(length, tpdu, header, Message(raw[at:]))
    except MessageError as error:
        raise _Misfit(str(error), likely + 1) from error


def _digits(raw: bytes, at: int, size: int, first: tuple[int, ...]) -> str:
    text = raw[at : at + size].hex()
    if len(text) != 2 * size or not text.isdigit() or raw[at] not in first:
        raise _Misfit(_NO_MTI, -1)
    return text


def _looks_like_mti(raw: bytes) -> bool:
    """0100 to 0899, by class; versions other than 0 are not used in this dialect."""
    return len(raw) == 2 and 1 <= raw[0] <= 8 and raw.hex().isdigit()
