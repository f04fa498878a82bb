# SPDX-License-Identifier: MIT
"""A recording -> what the terminal would make of it, with the firmware's own decoder."""

from collections.abc import Iterator
from pathlib import Path

from posctl import firmware
from posctl.errors import ToolError
from posctl.swipe import digital, fluxfile, signals, wav

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
    fields = layout.PARSERS[track](text)
    if fields is None:
        return "".join(char if char in _ENDS else "*" for char in whole)
    before = whole[: fields.pan_start]
    after = whole[fields.pan_end + 1 :]
    pan = mask_pan(layout.pan_digits(text, fields))
    separator = whole[fields.pan_end]
    return before + pan + separator + "".join(c if c in separator + "?" else "*" for c in after)


def decode(flux: fluxfile.Flux, hide: bool = False) -> dict:
    """Return the JSON form of one swipe (DESIGN section 6)."""
    firmware.enable()
    from pos.card.reader import read_card

    swipe = read_card({n: (flux[n], len(flux[n])) for n in flux})
    tracks = {}
    for number, read in swipe.tracks.items():
        text = read.text and (masked(read.text, number) if hide else read.text.decode("ascii"))
        tracks[str(number)] = {"status": read.status, "text": text, "reason": read.reason}
        if read.status == "bad":
            tracks[str(number)]["position"] = read.position
    return {
        "tracks": tracks,
        "direction": swipe.direction,
        "accepted": swipe.accepted,
        "reason": swipe.reason,
    }
