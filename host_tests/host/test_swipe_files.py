# SPDX-License-Identifier: MIT
"""Recordings as other tools write them: .wav of any kind, .vcd, .csv of many dialects."""

import math
import struct

import pytest

from posctl.cli import main
from posctl.errors import ToolError
from posctl.swipe import csv_file, decode, lines, signals, synth, wav

T1 = "%B6250930000000036^TEST/CARD^33122200000012300000?"
T2 = ";6250930000000036=33122200000012300000?"
T3 = ";996250930000000036=1561560999999996001016000000010000033120=0=0=0000000123?"
VCD = "$timescale 1 us $end $var wire 1 ! D $end $enddefinitions $end "


def _wav(path, samples, rate=44_100, bits=16, channels=1, extensible=False) -> None:
    width = bits // 8
    body = b"".join(
        bytes([value + 128]) if bits == 8 else value.to_bytes(width, "little", signed=True)
        for value in samples
    )
    step = channels * width
    form = struct.pack(
        "<HHIIHH", 0xFFFE if extensible else 1, channels, rate, rate * step, step, bits
    )
    if extensible:
        form += struct.pack("<HHIH14s", 22, bits, 0, 1, b"")
    chunks = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"LIST\1\0\0\0x\0"
    chunks += b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)


def _wave(intervals: list[int], rate: int, level: float) -> list[int]:
    """A cruder head than the one of `make`: triangular pulses on hum and offset."""
    out = [0.0] * round((sum(intervals) / 1e6 + 0.2) * rate)
    now, sign = 0.1, level
    for interval in intervals:
        now += interval / 1e6
        sign = -sign
        reach = max(2.0, interval * 0.4e-6 * rate)
        centre = now * rate
        for at in range(int(centre - reach), int(centre + reach) + 1):
            out[at] += sign * max(0.0, 1 - abs(at - centre) / reach)
    hum = [level * 0.5 * math.sin(2 * math.pi * 50 * n / rate) for n in range(len(out))]
    return [round(value + hum[n] + level / 10) for n, value in enumerate(out)]


@pytest.mark.parametrize("kind,width", [("f", 4), ("d", 8)])
def test_wav_of_floats(tmp_path, kind, width) -> None:
    path = tmp_path / "head.wav"
    samples = [value / 1000 for value in _wave(synth.flux(T2, 2, 15), 44_100, 400)]
    form = struct.pack("<HHIIHH", 3, 1, 44_100, 44_100 * width, width, width * 8)

    def write(values: list[float]) -> None:
        body = struct.pack(f"<{len(values)}{kind}", *values)
        chunks = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data"
        chunks += struct.pack("<I", len(body)) + body
        path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)

    write(samples)
    (flux,) = decode.read_file(path)
    assert decode.decode(flux)["tracks"]["2"]["text"] == T2
    for odd in (math.nan, math.inf, 1e30):
        write([0.0, odd])
        with pytest.raises(ToolError, match="not a number or out of range"):
            wav.read(path)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("seed", [1, 2])
def test_wav_with_hum_offset_and_noise(tmp_path, rate, seed) -> None:
    path = tmp_path / "head.wav"
    options = ("--hum", 0.5, "--offset", 0.3, "--noise", 0.02, "--rate", rate, "--seed", seed)
    options = ["--track2", T2, "--ips", "8:20", "--out", path, *options]
    assert main(["swipe", "make", *map(str, options)]) == 0
    (flux,) = decode.read_file(path)
    assert decode.decode(flux)["tracks"]["2"]["text"] == T2


@pytest.mark.parametrize(
    "bits,extensible", [(8, False), (16, False), (24, False), (24, True), (32, False)]
)
def test_wav_widths(tmp_path, bits, extensible) -> None:
    path = tmp_path / "head.wav"
    level = (1 << (bits - 1)) * 0.4
    _wav(path, _wave(synth.flux(T2, 2, 15), 44_100, level), bits=bits, extensible=extensible)
    (flux,) = decode.read_file(path)
    assert decode.decode(flux)["tracks"]["2"]["text"] == T2


def test_stereo_tracks_are_told_by_their_coding(tmp_path) -> None:
    rate, level = 96_000, 9000
    waves = [_wave(synth.flux(text, n, 15), rate, level) for n, text in ((3, T3), (1, T1))]
    length = max(map(len, waves))
    left, right = (wave + [0] * (length - len(wave)) for wave in waves)
    path = tmp_path / "stereo.wav"
    _wav(path, [v for pair in zip(left, right, strict=True) for v in pair], rate, 16, 2)
    (flux,) = decode.read_file(path)
    answer = decode.decode(flux)
    assert [answer["tracks"][n]["text"] for n in "123"] == [T1, None, T3]


def test_wav_formats_that_are_refused(tmp_path) -> None:
    path = tmp_path / "x.wav"
    for channels, rate, bits, message in (
        (1, 44_100, 12, "PCM"),
        (9, 44_100, 16, "9 channels"),
        (1, 10, 16, "10 samples"),
    ):
        form = struct.pack("<HHIIHH", 1, channels, rate, 0, 0, bits)
        path.write_bytes(b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", 16) + form + b"data\0\0\0\0")
        with pytest.raises(ToolError, match=message):
            wav.read(path)


def test_silence_is_an_absent_card(tmp_path) -> None:
    path = tmp_path / "silence.wav"
    for samples in ([], [5] * 5000):
        _wav(path, samples)
        answer = decode.decode(*decode.read_file(path))
        assert (answer["accepted"], answer["reason"]) == (False, "no_card")


def test_two_swipes_in_one_recording() -> None:
    first = [0.0]
    for interval in synth.flux(T2, 2):
        first.append(first[-1] + interval)
    second = [time + first[-1] + 1e6 for time in first]
    swipes = signals.swipes([lines.Line("", first + second)])
    assert [decode.decode(flux)["tracks"]["2"]["text"] for flux in swipes] == [T2, T2]


def test_sigrok_csv_without_time_column(tmp_path) -> None:
    path = tmp_path / "sigrok.csv"
    level, rows = 0, []
    for interval in synth.flux(T2, 2, 20):
        rows += [f"{level},0"] * round(interval / 20)
        level ^= 1
    path.write_text(
        "; CSV generated by a tool\n; Samplerate: 50 kHz\nlogic,logic\n" + "\n".join(rows)
    )
    (flux,) = decode.read_file(path)
    assert decode.decode(flux)["tracks"]["2"]["text"] == T2


def test_csv_units_tabs_and_unnamed_columns(tmp_path) -> None:
    times = [0]
    for interval in synth.flux(T2, 2):
        times.append(times[-1] + interval)
    for title, scale in (
        ("Time [ms]", 1e-3),
        ("Time(us)", 1),
        ("microseconds", 1),
        ("Time[s]", 1e-6),
    ):
        path = tmp_path / "saleae.csv"
        rows = [f"{time * scale:.9g}\t{n & 1}" for n, time in enumerate(times)]
        path.write_text("\n".join([f"{title}\tChannel 0", *rows]))
        (line,) = csv_file.read(path)
        (flux,) = signals.swipes([line])
        assert decode.decode(flux)["tracks"]["2"]["text"] == T2, title


def test_csv_of_other_countries_and_units(tmp_path) -> None:
    times = [0]
    for interval in synth.flux(T2, 2):
        times.append(times[-1] + interval)
    path = tmp_path / "x.csv"
    rows = [f"{time / 1e6:.7f};{n & 1}".replace(".", ",") for n, time in enumerate(times)]
    path.write_text("\r\n".join(["Zeit / Time [s];Kanal 0", *rows]))
    assert decode.decode(*decode.read_file(path))["tracks"]["2"]["text"] == T2
    rows = [f"{time},{n & 1}" for n, time in enumerate(times)]
    path.write_text("; Samplerate: 1 MHz\n" + "\n".join(["us,logic", *rows]))
    assert decode.decode(*decode.read_file(path))["tracks"]["2"]["text"] == T2
    rows = [f"{time / 1e6 - 5:.6f},{n & 1}" for n, time in enumerate(times)]
    path.write_text("\n".join(["Time [s],Channel 3", *rows]))  # from before a trigger
    assert decode.decode(*decode.read_file(path))["tracks"]["2"]["text"] == T2


def test_vcd_one_bit_as_vector(tmp_path) -> None:
    now, text = 0, [VCD.replace("!", "sig")]
    for n, interval in enumerate(synth.flux(T2, 2)):
        now += interval
        text.append(f"#{now} b{n & 1} sig")
    path = tmp_path / "x.vcd"
    path.write_text("\n".join(text))
    assert decode.decode(*decode.read_file(path))["tracks"]["2"]["text"] == T2


def test_vcd_of_another_tool(tmp_path) -> None:
    text = [
        "$date today $end\n$version x $end\n$comment Acquisition with 2/8 channels $end",
        "$timescale 100 ns $end\n$scope module top $end",
        "$var wire 8 # bus $end $var wire 1 ! D0 $end $upscope $end $enddefinitions $end",
        "#0 $dumpvars x! b00000000 # $end $comment no value $end",
    ]
    now = 0
    for n, interval in enumerate(synth.flux(T2, 2)):
        now += interval * 10
        text.append(f"#{now} {n & 1}! b101 #")
    path = tmp_path / "x.vcd"
    path.write_text("\n".join(text))
    (flux,) = decode.read_file(path)
    assert decode.decode(flux)["tracks"]["2"]["text"] == T2
