# SPDX-License-Identifier: MIT
"""A recording -> what the terminal would make of it, with the firmware's own decoder."""

from collections.abc import Iterator
from pathlib import Path

from posctl import firmware
from posctl.errors import ToolError
from posctl.swipe import digital, fields, fluxfile, signals, wav

KINDS = (".json", ".jsonl", ".wav", ".vcd", ".csv")
_ENDS = "%;?"


def read_file(path: Path) -> Iterator[fluxfile.Flux]:
    """Yield the swipes of a recording, by the suffix of its name."""
    kind = path.suffix.lower()
    if kind == ".json":
        yield from fluxfile.read_json(path)
    elif kind == ".jsonl":
        yield from fluxfile.read_jsonl(path)
    elif kind == ".wav":
        yield from signals.swipes(wav.read_wav(path))
    elif kind == ".vcd":
        yield from signals.swipes(digital.read_vcd(path))
    elif kind == ".csv":
        yield from signals.swipes(digital.read_csv(path))
    else:
        raise ToolError(f"{path}: cannot tell what it is, want one of {' '.join(KINDS)}")


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


def decode(flux: fluxfile.Flux, hide: bool = False, letters: str = "") -> dict:
    """Return the JSON form of one swipe (DESIGN section 6)."""
    firmware.enable()
    from pos.card.reader import read_card

    if letters and letters not in fields.LETTERS:
        raise ToolError(
            f"no national letters for {letters!s:.20}, want one of {' '.join(fields.LETTERS)}"
        )
    swipe = read_card({n: (flux[n], len(flux[n])) for n in flux})
    return {
        "tracks": {str(n): _track(n, read, hide, letters) for n, read in swipe.tracks.items()},
        "direction": swipe.direction,
        "accepted": swipe.accepted,
        "reason": swipe.reason,
        "diagnosis": fields.diagnosis(swipe, flux),
    }
