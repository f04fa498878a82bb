# SPDX-License-Identifier: MIT
"""What of a message a capture file may hold. Masked by construction: fields are let in by name.

Never in it: tracks, PIN block, IC and e-purse data, keys, a whole PAN. A card is its first six and
last four digits and a number by which the same card is known again within one capture. There is no
hash of a PAN: beside ten known digits a hash, salted or not, gives away the others.
"""

import re

from acquirer_sim import frame, spec
from acquirer_sim.errors import FrameError
from posctl.message.explain import masked_pan

_OPEN = (3, 4, 11, 12, 13, 15, 22, 23, 25, 26, 32, 37, 38, 39, 41, 42, 44, 49, 53, 54, 60, 61, 63)
_MAC = 64
_PAN, _TRACK2, _TRACK3, _PRIVATE, _KEYS = 2, 35, 36, 48, 62
_TEXT = (37, 38, 39, 41, 44, 49, 54, 63)  # not 42: a merchant's number is as long as a PAN
_PAN_IN_TRACK = re.compile(r"(?:99)?([0-9]{13,19})D")
_LONG_DIGITS = re.compile(r"[0-9]{13,}")
_TIP_LEN, _TOTALS_LEN = 12, 62  # of F48; every other length above the first may hold PANs
_RECORD_LEN, _PADDED_PAN_LEN = 40, 20
_ASKED_PARTS = ("360", "361", "390", "391")  # F62 of these requests: two digits
_STATUS = "362"  # F62 of this one: settings of the terminal
_TPDU_LEN, _HEADER_LEN = 5, 6


class Redactor:
    """Makes the entries of one capture; remembers its cards in memory only."""

    def __init__(self) -> None:
        self._cards = {}  # PAN: number

    def entry(self, data: bytes) -> dict:
        """Return what may be written of one frame, its length included."""
        length = int.from_bytes(data[: frame.PREFIX_LEN_BYTES], "big")
        tpdu_end = frame.PREFIX_LEN_BYTES + _TPDU_LEN
        header_end = tpdu_end + _HEADER_LEN
        try:
            mti, fields = spec.decode(data[header_end:])
        except FrameError as error:
            return {"length": length, "unreadable": str(error)}
        entry = {
            "length": length,
            "tpdu": data[frame.PREFIX_LEN_BYTES : tpdu_end].hex(),
            "header": data[tpdu_end:header_end].hex(),
            "mti": mti,
            "fields": {str(n): self._shown(mti, n, fields) for n in sorted(fields)},
        }
        return {**entry, **self._cards_of(mti, fields)}

    def _shown(self, mti: str, n: int, fields: dict) -> str:
        value = fields[n]
        if n == _PAN:
            return masked_pan(value)
        if n == _MAC or (n in _OPEN and n not in _TEXT):
            return _gbk(value) if n == 42 else value
        if n in _TEXT:
            return _LONG_DIGITS.sub(lambda found: "*" * len(found[0]), _gbk(value))
        if n == _PRIVATE and (len(value) <= _TIP_LEN or len(value) == _TOTALS_LEN):
            return value
        if n == _KEYS:
            return _parameters(mti, fields) or "*" * (len(value) // 2)
        binary = n in (52, 55)
        return "*" * (len(value) // 2 if binary else len(value))

    def _cards_of(self, mti: str, fields: dict) -> dict:
        """Return the references of the cards: the one paid with, the one paid to, details."""
        found = {}
        pan = fields.get(_PAN) or _pan_of(fields.get(_TRACK2)) or _pan_of(fields.get(_TRACK3))
        if pan:
            found["card"] = self._reference(pan)
        private = fields.get(_PRIVATE, "")
        to = _receiving(private, fields.get(_KEYS, "")) if mti[:2] == "02" else ""
        if to:
            found["to"] = self._reference(to)
        if len(private) > _TIP_LEN and len(private) % _RECORD_LEN == 2 and mti[:2] == "03":
            found["details"] = [
                self._detail(private[at : at + _RECORD_LEN])
                for at in range(2, len(private), _RECORD_LEN)
            ]
        return found

    def _detail(self, text: str) -> dict:
        reference = self._reference(text[8:28].lstrip("0"))
        return {"side": text[:2], "stan": text[2:8], "amount": text[28:], "card": reference}

    def _reference(self, pan: str) -> dict:
        number = self._cards.setdefault(pan, len(self._cards) + 1)
        return {"pan": masked_pan(pan), "number": number}


def _pan_of(track: "str | None") -> str:
    found = _PAN_IN_TRACK.match(track or "")
    return found[1] if found else ""


def _receiving(private: str, parameters: str) -> str:
    """Return the PAN that a transfer pays to: in F48, or as ASCII in F62."""
    if len(private) == _PADDED_PAN_LEN:
        return private.lstrip("0")
    text = bytes.fromhex(parameters).decode("latin-1")
    return text if re.fullmatch(r"[0-9]{13,19}", text) else ""


def _parameters(mti: str, fields: dict) -> str:
    """Return F62 of the requests in which it is no key and no list of cards, else ""."""
    text = bytes.fromhex(fields[_KEYS]).decode("latin-1")
    code = fields.get(60, "")[8:11]
    if mti == "0800" and code in _ASKED_PARTS and len(text) <= 2:
        return text
    if mti == "0820" and code == _STATUS and text.isascii() and text.isprintable():
        return _LONG_DIGITS.sub(lambda found: "*" * len(found[0]), text)
    return ""


def _gbk(value: str) -> str:
    raw = value.encode("latin-1")
    try:
        return raw.decode("gbk")
    except UnicodeDecodeError:
        return raw.hex().upper()
