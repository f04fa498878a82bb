# SPDX-License-Identifier: MIT
"""Card data as it crosses package borders: buffers that mask themselves and can be wiped.

PAN and tracks stay in bytearrays of ASCII characters, never in str; `wipe()` zeroes them and is
called in a `finally` by whoever asked for the card.
"""


def wipe(buffer: bytearray) -> None:
    """Overwrite a buffer with zeros in place."""
    for i in range(len(buffer)):
        buffer[i] = 0


def mask_pan(pan: bytes) -> str:
    """Return first six and last four digits, asterisks between; all asterisks when too short."""
    if len(pan) < 13:
        return "*" * len(pan)
    return str(pan[:6], "ascii") + "*" * (len(pan) - 10) + str(pan[-4:], "ascii")


class Card:
    """One accepted card. `track1..3` are ASCII bytearrays without sentinels, None when absent.

    A card whose number was typed has no tracks.
    """

    def __init__(self, pan: bytearray, track1: object, track2: object, track3: object) -> None:
        self.pan = pan
        self.track1 = track1
        self.track2 = track2
        self.track3 = track3
        self.expiry = ""  # YYMM, or "" when the card has none
        self.service = ""  # three digits, or ""
        self.receiver = None  # transfer: the other card's PAN in a bytearray

    @property
    def masked(self) -> str:
        """PAN as 6+4, for screens, slips and logs."""
        return mask_pan(self.pan)

    def wipe(self) -> None:
        """Zero every buffer of the card."""
        for buffer in (self.pan, self.track1, self.track2, self.track3, self.receiver):
            if buffer:
                wipe(buffer)

    def __repr__(self) -> str:
        return "Card(%s)" % self.masked
