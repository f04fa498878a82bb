# SPDX-License-Identifier: MIT
"""`posctl swipe`: decode a recording with the firmware's decoder, synthesise one."""

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

from posctl.errors import ToolError
from posctl.swipe import decode as decoding
from posctl.swipe import fluxfile, limits, render, synth

app = typer.Typer()

_Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a swipe.")]
_FILE = "A .json, .jsonl, .wav, .vcd, .csv or .mag recording."
_Tracks = Annotated[
    str, typer.Option(help="Tracks of the channels or lines in order, like 2,1 or 0,2; 0: none.")
]
_Rate = Annotated[float, typer.Option(help="Samples a second of a .csv that does not tell.")]
_COUNT_MAX = 100_000
_SHARE_MAX = 1.0
_STALL_MIN = 0.01


def _show_fields(found: dict) -> None:
    flags = ", ".join(found["flags"])
    print(f"         {found['layout']}" + (f" ({flags})" if flags else ""))
    for name, value in found.items():
        if name not in ("layout", "flags", "service_means") and value is not None:
            extra = ": " + "; ".join(found["service_means"]) if name == "service" else ""
            print(f"           {name:18}{value}{extra}")


def _show(result: dict) -> None:
    for number, track in result["tracks"].items():
        detail = track["text"] or (track["reason"] or "").replace("_", " ")
        if track["text"] and track["reason"]:
            detail += f" ({track['reason'].replace('_', ' ')})"
        if track["status"] == "bad":
            detail += f" at character {track['position']}"
        print(f"track {number}: {track['status']:6} {detail}".rstrip())
        if track["fields"]:
            _show_fields(track["fields"])
        seen = result["diagnosis"]["tracks"].get(number)
        if seen:
            print(
                f"         {seen['transitions']} transitions, {seen['slowest_ips']:g} to "
                f"{seen['fastest_ips']:g} ips, jitter {seen['jitter']:.0%}, by its zeros "
                f"{seen['facing']}"
            )
    verdict = "accepted" if result["accepted"] else f"refused: {result['reason']}"
    print(f"{verdict}, direction {result['direction']}")
    advice = result["diagnosis"]["advice"]
    if advice:
        print(f"the cashier is told: {advice['zh']} / {advice['en']}")


@app.command("decode")
def decode(
    file: Annotated[Path, typer.Argument(help=_FILE)],
    masked: Annotated[bool, typer.Option("--masked", help="Hide all but 6+4 of the PAN.")] = False,
    letters: Annotated[
        str,
        typer.Option(
            help="Country whose letters stand for [ \\ ] in names: de dk es fi fr no se."
        ),
    ] = "",
    tracks: _Tracks = "",
    rate: _Rate = 0.0,
    as_json: _Json = False,
) -> None:
    """Decode a recording as the terminal would."""
    for swipe in decoding.read_swipes(file, _order(tracks), _known_rate(rate)):
        result = decoding.decode(swipe.flux, masked, letters, swipe.doubts)
        if as_json:
            print(json.dumps(result))
        else:
            _show(result)


@app.command("show")
def show(
    file: Annotated[Path, typer.Argument(help=_FILE)],
    png: Annotated[Path, typer.Option(help="Where the picture goes.")],
    swipe: Annotated[int, typer.Option(help="Which swipe of the recording, from 1.")] = 1,
    tracks: _Tracks = "",
    rate: _Rate = 0.0,
    as_json: _Json = False,
) -> None:
    """Draw a recording: signal, cells, bits, characters, errors. The picture shows card data."""
    from posctl.swipe import show as showing

    if png.suffix.lower() != ".png":
        raise ToolError(f"{png}: the picture's name must end with .png")
    answer = showing.show(file, png, swipe, _order(tracks), _known_rate(rate))
    if as_json:
        print(json.dumps({"png": str(png), **answer}))
    else:
        print(f"{png}: {'accepted' if answer['accepted'] else 'refused: ' + answer['reason']}")


def _share(value: float, name: str) -> float:
    if not 0 <= value < _SHARE_MAX:
        raise ToolError(f"--{name} {value:g}: want 0 or more and less than {_SHARE_MAX:g}")
    return value


def _order(tracks: str) -> list[int]:
    parts = [part.strip() for part in tracks.split(",")] if tracks else []
    if any(part not in ("0", "1", "2", "3") for part in parts):
        raise ToolError(f"--tracks {tracks:.40}: want 0, 1, 2, 3 and commas")
    return [int(part) for part in parts]


def _known_rate(rate: float) -> float:
    if rate and not limits.RATE_HZ[0] <= rate <= limits.ANALOG_HZ:
        raise ToolError(f"--rate {rate:g}: want {limits.RATE_HZ[0]} to {limits.ANALOG_HZ}")
    return rate


def _write(path: Path, swipes: list, sound: render.Sound, style: str) -> None:
    kind = path.suffix.lower()
    if kind not in decoding.KINDS:
        raise ToolError(f"{path}: cannot write that, want one of {' '.join(decoding.KINDS)}")
    if kind == ".wav":
        render.write_wav(path, swipes, sound)
    elif kind == ".vcd":
        render.write_vcd(path, swipes)
    elif kind == ".csv":
        render.write_csv(path, swipes, style)
    elif kind == ".json" and len(swipes) > 1:
        path.write_text("[\n" + ",\n".join(map(fluxfile.dump, swipes)) + "\n]\n")
    else:
        path.write_text("".join(fluxfile.dump(flux) + "\n" for flux in swipes))


def _sound(bits: int, rate: int, channels: int, **others: float) -> render.Sound:
    if not limits.RATE_HZ[0] <= rate <= limits.RATE_HZ[1]:
        raise ToolError("--rate {}: want {} to {}".format(rate, *limits.RATE_HZ))
    if bits not in render.BITS:
        raise ToolError(f"--bits {bits}: want one of {' '.join(map(str, render.BITS))}")
    if not 0 <= channels <= limits.CHANNELS:
        raise ToolError(f"--channels {channels}: want 1 to {limits.CHANNELS}")
    if not 0 < others["gain"] <= 1:
        raise ToolError(f"--gain {others['gain']:g}: want more than 0, at most 1")
    for name in ("noise", "hum", "offset", "clip"):
        _share(others[name], name)
    return render.Sound(rate=rate, bits=bits, channels=channels, **others)


@app.command("make")
def make(
    track1: Annotated[Optional[str], typer.Option(help="%...?, without LRC.")] = None,
    track2: Annotated[Optional[str], typer.Option(help=";...?")] = None,
    track3: Annotated[Optional[str], typer.Option(help=";...?")] = None,
    ips: Annotated[str, typer.Option(help="Inches a second: 20, or a profile 10:40:5.")] = "20",
    hand: Annotated[float, typer.Option(help="Depth of a slow swing of the speed.")] = 0.0,
    stall: Annotated[float, typer.Option(help="Share of its speed where a finger sticks.")] = 1.0,
    reverse: Annotated[bool, typer.Option("--reverse", help="Swipe the other way.")] = False,
    jitter: Annotated[float, typer.Option(help="Peak change of an interval, of a cell.")] = 0.05,
    asymmetry: Annotated[float, typer.Option(help="Long and short in turn, of a cell.")] = 0.0,
    lost: Annotated[float, typer.Option(help="Chance of losing a transition.")] = 0.0,
    spurious: Annotated[float, typer.Option(help="Chance of one too many.")] = 0.0,
    noise: Annotated[float, typer.Option(help=".wav only: rms noise, of the peak.")] = 0.0,
    hum: Annotated[float, typer.Option(help=".wav only: mains hum, of the peak.")] = 0.0,
    offset: Annotated[float, typer.Option(help=".wav only: DC offset, of the peak.")] = 0.0,
    clip: Annotated[float, typer.Option(help=".wav only: cut off above, of the peak.")] = 0.0,
    gain: Annotated[float, typer.Option(help=".wav only: how loud, 1 at most.")] = 1.0,
    rate: Annotated[
        int, typer.Option(help=".wav only: samples a second.")
    ] = render.DEFAULT_RATE_HZ,
    bits: Annotated[int, typer.Option(help=".wav only: 8, 16, 24 or 32 a sample.")] = 16,
    channels: Annotated[int, typer.Option(help=".wav only: at least so many.")] = 0,
    style: Annotated[str, typer.Option(help=".csv only: saleae or sigrok.")] = "saleae",
    seed: Annotated[int, typer.Option(help="The same seed gives the same swipe.")] = 1,
    count: Annotated[int, typer.Option(help="Swipes with successive seeds.")] = 1,
    out: Annotated[Optional[Path], typer.Option(help="Default: flux as JSON to stdout.")] = None,
    as_json: _Json = False,
) -> None:
    """Synthesise swipes of a card."""
    texts = {"1": track1, "2": track2, "3": track3}
    if not any(texts.values()):
        raise ToolError("nothing to write: give at least one of --track1, --track2, --track3")
    if not 1 <= count <= _COUNT_MAX:
        raise ToolError(f"--count {count}: want 1 to {_COUNT_MAX}")
    if style not in render.CSV_STYLES:
        raise ToolError(f"--style {style:.20}: want one of {' '.join(render.CSV_STYLES)}")
    if not _STALL_MIN <= stall <= 1:
        raise ToolError(f"--stall {stall:g}: want {_STALL_MIN} to 1")
    faults = {"asymmetry": asymmetry, "lost": lost, "spurious": spurious, "hand": hand}
    for name, value in {**faults, "jitter": jitter}.items():
        _share(value, name)
    sound = _sound(
        bits, rate, channels, noise=noise, hum=hum, offset=offset, clip=clip, gain=gain, seed=seed
    )
    swipes = []
    for n in range(count):
        flux = synth.card_flux(texts, ips, reverse, jitter, seed + n, stall=stall, **faults)
        swipes.append({int(key): values for key, values in flux.items()})
    if out is None:
        for flux in swipes:
            print(fluxfile.dump(flux))
        return
    _write(out, swipes, sound, style)
    intervals = {str(n): len(values) for n, values in swipes[0].items()}
    if as_json:
        print(json.dumps({"out": str(out), "swipes": count, "intervals": intervals}))
    else:
        print(f"{out}: {count} swipe(s), intervals a track {intervals}")
