# SPDX-License-Identifier: MIT
"""A whole swipe: three tracks that must tell the same card, and what the terminal does with it.

A track that is missing is no fault. A card is accepted when track 2 reads, is a payment track, and
every other track that reads names the same PAN and expiry. One that names another card carries
"tracks_disagree" as its reason, so that it is known which.
"""

from pos.card import layout
from pos.card.flux import Decoder, TrackRead
from pos.core.carddata import Card, wipe
from pos.core.errors import CardError

TRACKS = (1, 2, 3)


class SwipeRead:
    """One swipe. `accepted` tells whether `card()` may be called; if not, `reason` tells why."""

    def __init__(self, tracks: dict) -> None:
        self.tracks = tracks
        self.direction = self._direction()
        self.reason = self._refusal()
        self.accepted = self.reason is None

    def card(self) -> Card:
        """Return the card in buffers of its own; the caller wipes both. CardError when refused."""
        if not self.accepted:
            raise CardError(self.reason)
        text = self.tracks[2].text
        fields = layout.track2(text)
        card = Card(
            layout.pan_digits(text, fields), self._payload(1), self._payload(2), self._payload(3)
        )
        card.expiry = "" if fields.expiry == "-" else fields.expiry
        card.service = fields.service
        return card

    def wipe(self) -> None:
        """Zero every text; the swipe is then refused."""
        for number in TRACKS:
            self.tracks[number].wipe()
        self.accepted = False
        self.reason = "wiped"

    def _payload(self, number: int) -> object:
        """Return the text of a track between its sentinels, or None when it cannot be sent."""
        text = self.tracks[number].text
        if text is None or layout.PARSERS[number](text) is None:
            return None
        return text[1 : len(text) - 1]

    def _direction(self) -> str:
        """Return the way track 2 was read, or else any other track that reads."""
        for number in (2, 1, 3):
            if self.tracks[number].status == "ok":
                return self.tracks[number].direction
        return "unknown"

    def _refusal(self) -> object:
        """Return why the terminal would not take this swipe, or None."""
        main = self.tracks[2]
        if main.status == "bad":
            return main.reason
        if main.status == "absent":
            return "no_card" if self._nothing() else "no_track2"
        fields = layout.track2(main.text)
        if fields is None or _alien(main.text, fields):
            return "layout"
        reason = None
        for number in (1, 3):
            other = self.tracks[number]
            if other.status == "ok" and not _same_card(main.text, fields, number, other.text):
                other.reason = reason = "tracks_disagree"
        return reason

    def _nothing(self) -> bool:
        return self.tracks[1].status == "absent" and self.tracks[3].status == "absent"


def _alien(text: bytearray, fields: object) -> bool:
    """Tell a driver licence (AAMVA), whose track 2 has the outward form of a payment card.

    By its issuer, a number shorter than those of payment cards, and a year of birth.
    """
    birth = fields.pan_end + 5
    return (
        fields.pan_end < 17
        and text[1:5] in (b"6360", b"6044")
        and text[birth : birth + 2] in (b"19", b"20")
        and birth + 8 < len(text)
    )


def _same_card(text: bytearray, fields: object, number: int, other: bytearray) -> bool:
    """Tell whether track `number` names the card of track 2; one that names none is no witness."""
    other_fields = layout.PARSERS[number](other)
    if other_fields is None:
        return True
    if number == 1:  # as written: some cards have month and year the other way round
        ours, theirs = fields.written, other_fields.written
    else:
        ours, theirs = fields.expiry, other_fields.expiry
    if ours and theirs and ours != theirs:
        return False
    pan = layout.pan_digits(text, fields)
    other_pan = layout.pan_digits(other, other_fields)
    try:
        return not other_pan or pan == other_pan
    finally:
        wipe(pan)
        wipe(other_pan)


def read_card(fluxes: object, decoder: object = None) -> SwipeRead:
    """Decode a swipe: `fluxes` holds (intervals, count) or None, by track or in order 1-3.

    What is neither is left to forms.py: bits, texts, the reason of a reader.
    """
    decoder = decoder or Decoder()
    tracks = {}
    for number in TRACKS:
        one = fluxes.get(number) if isinstance(fluxes, dict) else fluxes[number - 1]
        if one is None:
            tracks[number] = TrackRead("absent")
        elif isinstance(one, tuple) and not isinstance(one[0], bytearray):
            tracks[number] = decoder.decode_track(number, one[0], one[1])
        else:
            from pos.card import forms

            tracks[number] = forms.read(decoder, number, one)
    return SwipeRead(tracks)
