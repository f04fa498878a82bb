# SPDX-License-Identifier: MIT
"""`posctl swipe`: every kind of file there and back, shapes of the answers, errors of one line."""

import json
import math
import struct

import pytest

from posctl.cli import main
from posctl.errors import ToolError
from posctl.swipe import decode, digital, fluxfile, signals, synth, wav

T1 = "%B6250930000000036^TEST/CARD^33122200000012300000?"
T2 = ";6250930000000036=33122200000012300000?"
T3 = ";996250930000000036=1561560999999996001016000000010000033120=0=0=0000000123?"


def run(capsys, *args) -> tuple[int, str, str]:
    code = main(["swipe", *map(str, args)])
    out, err = capsys.readouterr()
    return code, out, err


def make(path, capsys, *options) -> None:
    code, _, err = run(capsys, "make", "--out", path, *options)
    assert (code, err) == (0, "")


@pytest.mark.parametrize("kind", ["json", "jsonl", "vcd", "csv", "wav"])
@pytest.mark.parametrize("way", [(), ("--reverse",)])
def test_three_tracks_there_and_back(tmp_path, capsys, kind, way) -> None:
    path = tmp_path / f"swipe.{kind}"
    make(path, capsys, "--track1", T1, "--track2", T2, "--track3", T3, "--ips", "10:40", *way)
    code, out, _ = run(capsys, "decode", path, "--json")
    assert code == 0
    assert json.loads(out) == {
        "tracks": {
            str(n): {"status": "ok", "text": text, "reason": None}
            for n, text in ((1, T1), (2, T2), (3, T3))
        },
        "direction": "reverse" if way else "forward",
        "accepted": True,
        "reason": None,
    }


def test_several_swipes_one_line_each(tmp_path, capsys) -> None:
    path = tmp_path / "swipes.jsonl"
    make(path, capsys, "--track2", T2, "--count", 3)
    lines = path.read_text().splitlines()
    assert len(set(lines)) == 3 and set(json.loads(lines[0])) == {"1", "2", "3"}
    _, out, _ = run(capsys, "decode", path, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["accepted"] for answer in answers] == [True] * 3
    assert answers[0]["tracks"]["1"] == {"status": "absent", "text": None, "reason": None}


def test_same_seed_same_swipe(capsys) -> None:
    outs = [run(capsys, "make", "--track2", T2, "--seed", seed)[1] for seed in (5, 5, 6)]
    assert outs[0] == outs[1] != outs[2]


def test_refusals_have_reasons(tmp_path, capsys) -> None:
    path = tmp_path / "no2.json"
    make(path, capsys, "--track1", T1)
    answer = json.loads(run(capsys, "decode", path, "--json")[1])
    assert (answer["accepted"], answer["reason"]) == (False, "no_track2")
    path.write_text(json.dumps({"2": synth.flux(T2, 2)[:200]}))
    answer = json.loads(run(capsys, "decode", path, "--json")[1])
    assert answer["reason"] == answer["tracks"]["2"]["reason"] == "no_end_sentinel"
    assert answer["tracks"]["2"]["text"] is None


def test_masked_shows_six_and_four(tmp_path, capsys) -> None:
    path = tmp_path / "swipe.json"
    make(path, capsys, "--track1", T1, "--track2", T2, "--track3", T3)
    for form in ((), ("--json",)):
        out = run(capsys, "decode", path, "--masked", *form)[1]
        assert "625093******0036" in out
        assert "93000000" not in out and "TEST" not in out and "3312" not in out


def test_other_json_forms(tmp_path) -> None:
    intervals = synth.flux(T2, 2)
    forms = (
        intervals,
        {"track": 2, "intervals": intervals},
        {"do": "swipe", "flux": {"2": intervals}},
    )
    for form in forms:
        path = tmp_path / "flux.json"
        path.write_text(json.dumps(form))
        (flux,) = decode.read_file(path)
        assert decode.decode(flux)["tracks"]["2"]["text"] == T2


BAD_FILES = [
    ("x.json", "{", "x.json: column 2"),
    ("x.json", '{\n"1": [1,]}', "line 2 column 9"),
    ("x.json", '{"4": []}', "no track 4"),
    ("x.json", '{"2": [1, -5]}', "track 2: interval 1 is -5"),
    ("x.json", '{"2": [1, "a"]}', "track 2: interval 1 is not a number"),
    ("x.json", '{"2": [1, NaN]}', "interval 1"),
    ("x.json", '{"2": 7}', "want a list"),
    ("x.json", "7", "want an object"),
    ("x.json", "[" * 100_000, "not JSON"),
    ("x.jsonl", '{"2": []}\n{"2": [tr]}\n', "x.jsonl: line 2: column"),
    ("x.jsonl", "\n\n", "no swipe in it"),
    ("x.vcd", "hello", "no $enddefinitions"),
    ("x.vcd", "$timescale 1 parsec $end $enddefinitions $end", "timescale"),
    ("x.vcd", "$timescale 1 us $end $enddefinitions $end", "0 one-bit signals"),
    ("x.csv", "", "no rows"),
    ("x.csv", "Time [s],A\n0.0,0\n0.1,7\n", "line 3 column 2: want a digital level"),
    ("x.csv", "Time [s],A\n0.2,0\n0.1,1\n", "line 3: time goes backwards"),
    ("x.csv", "Time [s],A\n0.2,0\n0.3,1,1\n", "line 3: 3 columns"),
    ("x.csv", "logic\n0\n1\n", "no sample rate"),
    ("x.wav", "RIFFxxxxWAVE", "no 'fmt' chunk"),
    ("x.wav", "hello", "not a RIFF WAVE file"),
    ("x.txt", "", "cannot tell what it is"),
]


@pytest.mark.parametrize("name,content,message", BAD_FILES)
def test_unreadable_files(tmp_path, capsys, name, content, message) -> None:
    path = tmp_path / name
    path.write_text(content)
    code, _, err = run(capsys, "decode", path, "--json")
    assert code == 2
    assert err.startswith("posctl: error: ") and err.count("\n") == 1
    assert message in err


def test_missing_file_and_bytes_that_are_no_text(tmp_path, capsys) -> None:
    code, _, err = run(capsys, "decode", tmp_path / "none.json")
    assert code == 2 and "none.json" in err
    (tmp_path / "x.csv").write_bytes(b"0,1\xff")
    assert "byte 3 is not UTF-8" in run(capsys, "decode", tmp_path / "x.csv")[2]


@pytest.mark.parametrize(
    "options,message",
    [
        ((), "at least one"),
        (("--track2", "123"), "must start with ;"),
        (("--track2", ";1A?"), "character 2"),
        (("--track2", ";" + "1" * 60 + "?"), "at most 39"),
        (("--track2", T2, "--ips", "fast"), "speed"),
        (("--track2", T2, "--ips", "0"), "speed 0"),
        (("--track2", T2, "--ips", ":".join(["9"] * 101)), "101 numbers"),
        (("--track2", T2, "--rate", "0"), "--rate 0"),
        (("--track2", T2, "--jitter", "3"), "--jitter 3"),
        (("--track2", T2, "--count", "0"), "--count 0"),
        (("--track2", T2, "--out", "x.mp3"), "cannot write that"),
        (("--track2", T2, "--count", "2", "--out", "x.wav"), "only .jsonl"),
    ],
)
def test_make_refuses(capsys, options, message) -> None:
    code, _, err = run(capsys, "make", *options)
    assert code == 2 and message in err and err.count("\n") == 1


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
            wav.read_wav(path)


def test_silence_is_an_absent_card(tmp_path, capsys) -> None:
    path = tmp_path / "silence.wav"
    for samples in ([], [5] * 5000):
        _wav(path, samples)
        answer = json.loads(run(capsys, "decode", path, "--json")[1])
        assert (answer["accepted"], answer["reason"]) == (False, "no_card")


def test_two_swipes_in_one_recording() -> None:
    first = [0.0]
    for interval in synth.flux(T2, 2):
        first.append(first[-1] + interval)
    second = [time + first[-1] + 1e6 for time in first]
    swipes = signals.swipes([signals.Line("", first + second)])
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
        (line,) = digital.read_csv(path)
        (flux,) = signals.swipes([line])
        assert decode.decode(flux)["tracks"]["2"]["text"] == T2, title


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


def test_card_flux_for_the_bench() -> None:
    flux = synth.card_flux(
        {"1": T1, "2": T2, "3": None}, ips=20, reverse=True, jitter=0.05, seed=3
    )
    assert flux["3"] == [] and all(isinstance(us, int) and us > 0 for us in flux["2"])
    answer = decode.decode({int(n): values for n, values in flux.items()})
    assert answer["accepted"] and answer["direction"] == "reverse"
    with pytest.raises(ToolError, match="no track 4"):
        synth.card_flux({"4": T2})


def test_synthetic_stripe_has_the_geometry_of_the_standard() -> None:
    bits = synth.stripe_bits(T2, 2)
    assert (len(bits), bits.index(1)) == (253, 22)
    bits = synth.stripe_bits(T1, 1)
    assert (len(bits), bits.index(1)) == (708, 62)
    plain = synth.flux(T2, 2, 15, jitter=0)
    assert set(plain[:20]) <= {889, 890} and abs(sum(plain) - 3.375 / 15 * 1e6) <= 1
    faster = synth.flux(T2, 2, 10, jitter=0, accel=30)
    assert faster[3] > 2.3 * faster[-3]


def test_long_pauses_fit_the_firmware_buffers() -> None:
    assert fluxfile.parse([70_000, 5.6], "x") == {2: [65_535, 6]}
