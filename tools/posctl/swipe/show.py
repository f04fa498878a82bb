# SPDX-License-Identifier: MIT
"""From a recording to its picture: which swipe, which line carries which track, what it says."""

from collections.abc import Sequence
from pathlib import Path

from posctl.errors import ToolError
from posctl.swipe import decode, picture


def _verdict(answer: dict) -> str:
    if answer["accepted"]:
        return f"accepted, {answer['direction']}"
    advice = answer["diagnosis"]["advice"]
    reason = answer["reason"].replace("_", " ")
    return f"refused: {reason}   ·   {advice['zh']}  {advice['en']}"


def show(
    path: Path, png: Path, number: int = 1, tracks: Sequence[int] = (), rate: float = 0.0
) -> dict:
    """Draw swipe `number` of a recording; returns what `swipe decode` says about it."""
    found = list(decode.read_swipes(path, tracks, rate))
    if not 1 <= number <= len(found):
        raise ToolError(f"{path}: there is no swipe {number}, it holds {len(found)}")
    swipe = found[number - 1]
    answer = decode.decode(swipe.flux, doubts=swipe.doubts)
    bands = []
    for track, (_, line) in sorted(swipe.sources.items()):
        bands.append(
            picture.Band(
                track,
                {**answer["tracks"][str(track)], "direction": _direction(answer, track)},
                answer["diagnosis"]["tracks"].get(str(track)),
                line.times,
                line.wave,
            )
        )
    if not bands:
        raise ToolError(f"{path}: nothing to draw, no transitions in it")
    title = path.name + (f", swipe {number} of {len(found)}" if len(found) > 1 else "")
    picture.draw(bands, title, _verdict(answer), answer["accepted"], png)
    return answer


def _direction(answer: dict, track: int) -> str:
    return answer["tracks"][str(track)].get("direction") or answer["direction"]
