# SPDX-License-Identifier: MIT
"""From a recording to its picture: which swipe, which line carries which track, what it says."""

from itertools import accumulate
from pathlib import Path

from posctl.errors import ToolError
from posctl.swipe import decode, digital, picture, signals, wav
from posctl.swipe.fluxfile import Flux


def _located(path: Path) -> tuple[list[signals.Swipe], "wav.Recording | None"]:
    """Return the swipes with their lines, and the samples of a .wav."""
    kind = path.suffix.lower()
    if kind == ".wav":
        recording = wav.read_samples(path)
        lines = [
            signals.Line("", wav.transitions(one, recording.rate)) for one in recording.channels
        ]
        return signals.located(lines), recording
    if kind == ".vcd":
        return signals.located(digital.read_vcd(path)), None
    if kind == ".csv":
        return signals.located(digital.read_csv(path)), None
    return [_from_flux(flux) for flux in decode.read_file(path)], None


def _from_flux(flux: Flux) -> signals.Swipe:
    sources = {
        number: (0, signals.Line("", list(accumulate(intervals, initial=0))))
        for number, intervals in flux.items()
        if intervals
    }
    return signals.Swipe(flux, sources)


def _verdict(answer: dict) -> str:
    if answer["accepted"]:
        return f"accepted, {answer['direction']}"
    advice = answer["diagnosis"]["advice"]
    reason = answer["reason"].replace("_", " ")
    return f"refused: {reason}   ·   {advice['zh']}  {advice['en']}"


def show(path: Path, png: Path, number: int = 1) -> dict:
    """Draw swipe `number` of a recording; returns what `swipe decode` says about it."""
    found, recording = _located(path)
    if not 1 <= number <= len(found):
        raise ToolError(f"{path}: there is no swipe {number}, it holds {len(found)}")
    swipe = found[number - 1]
    answer = decode.decode(swipe.flux)
    bands = []
    for track, (channel, line) in sorted(swipe.sources.items()):
        bands.append(
            picture.Band(
                track,
                {**answer["tracks"][str(track)], "direction": _direction(answer, track)},
                answer["diagnosis"]["tracks"].get(str(track)),
                line.times,
                recording.channels[channel] if recording else None,
                recording.rate if recording else 0,
            )
        )
    if not bands:
        raise ToolError(f"{path}: nothing to draw, no transitions in it")
    title = path.name + (f", swipe {number} of {len(found)}" if len(found) > 1 else "")
    picture.draw(bands, title, _verdict(answer), answer["accepted"], png)
    return answer


def _direction(answer: dict, track: int) -> str:
    return answer["tracks"][str(track)].get("direction") or answer["direction"]
