# SPDX-License-Identifier: MIT
"""A recording -> what the terminal would make of it, with the firmware's own decoder."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from posctl import firmware
from posctl.errors import ToolError
from posctl.swipe import fields, fluxfile

KINDS = (".json", ".jsonl", ".wav", ".vcd", ".csv")
READ_ONLY = (".txt", ".tsv", ".mag")
_ENDS = "%;?"


def _lines(path: Path, rate: float) -> list:
    kind = path.suffix.lower()
    if kind == ".wav":
        from posctl.swipe import wav

        return wav.read(path)
    if kind == ".vcd":
        from posctl.swipe import vcd

        return vcd.read(path)
    if kind == ".mag":
        from posctl.swipe import mag

        return mag.read(path)
    from posctl.swipe import csv_file

    return csv_file.read(path, rate)


def read_swipes(path: Path, tracks: Sequence[int] = (), rate: float = 0.0) -> Iterator:
    """Yield each signals.Swipe of a recording, by the suffix of its name.

    `tracks` are those of its lines in order (0: left out), for when the lines do not tell; `rate`
    is that of a .csv that does not tell.
    """
    from posctl.swipe import signals

    kind = path.suffix.lower()
    if kind in (".json", ".jsonl"):
        read = fluxfile.read_json if kind == ".json" else fluxfile.read_jsonl
        yield from (signals.of_flux(flux) for flux in read(path))
    elif kind in KINDS or kind in READ_ONLY:
        yield from signals.located(_lines(path, rate), tracks)
    else:
        known = " ".join(KINDS + READ_ONLY)
        raise ToolError(f"{path}: cannot tell what it is, want one of {known}")


def read_file(path: Path) -> Iterator[fluxfile.Flux]:
    """Yield the flux of each swipe of a recording."""
    for swipe in read_swipes(path):
        yield swipe.flux


def masked(text: bytearray, track: int) -> str:
    """Return a track with only its sentinels and six and four digits of the PAN left."""
    from pos.card import layout
    from pos.core.carddata import mask_pan

    whole = text.decode("ascii")
    found = layout.PARSERS[track](text)
    if found is None or fields.of_track(track, text)["layout"] == "aamva":
        return "".join(char if char in _ENDS else "*" for char in whole)
    before = whole[: found.pan_start]
    after = whole[found.pan_end + 1 :]
    pan = mask_pan(layout.pan_digits(text, found))
    separator = whole[found.pan_end]
    return before + pan + separator + "".join(c if c in separator + "?" else "*" for c in after)


def _track(number: int, read: object, hide: bool, letters: str) -> dict:
    text = read.text and (masked(read.text, number) if hide else read.text.decode("ascii"))
    out = {"status": read.status, "text": text, "reason": read.reason, "fields": None}
    if read.text:
        out["direction"] = read.direction
        out["fields"] = fields.of_track(number, read.text, hide, letters)
    if read.status == "bad":
        out["position"] = read.position
    return out


def decode(
    flux: fluxfile.Flux, hide: bool = False, letters: str = "", doubts: Collection[int] = ()
) -> dict:
    """Return the JSON form of one swipe (DESIGN section 6).

    `doubts` are tracks of which two readings of the recording differ: they are refused.
    """
    firmware.enable()
    from pos.card.flux import TrackRead
    from pos.card.reader import SwipeRead, read_card

    if letters and letters not in fields.LETTERS:
        raise ToolError(
            f"no national letters for {letters!s:.20}, want one of {' '.join(fields.LETTERS)}"
        )
    swipe = read_card({n: (flux[n], len(flux[n])) if n in flux else None for n in (1, 2, 3)})
    if doubts:
        for number in doubts:
            swipe.tracks[number] = TrackRead("bad", "ambiguous")
        swipe = SwipeRead(swipe.tracks)
    return {
        "tracks": {str(n): _track(n, read, hide, letters) for n, read in swipe.tracks.items()},
        "direction": swipe.direction,
        "accepted": swipe.accepted,
        "reason": swipe.reason,
        "diagnosis": fields.diagnosis(swipe, flux),
    }
