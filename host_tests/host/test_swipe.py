# SPDX-License-Identifier: MIT
"""`posctl swipe`: every kind of file there and back, shapes of the answers, errors of one line."""

import json

import pytest

from posctl.cli import main
from posctl.errors import ToolError
from posctl.swipe import decode, fluxfile, synth

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
    answer = json.loads(out)
    for n, text in ((1, T1), (2, T2), (3, T3)):
        track = answer["tracks"][str(n)]
        assert (track["status"], track["text"], track["reason"]) == ("ok", text, None)
        assert track["fields"]["pan"] == "6250930000000036"
        seen = answer["diagnosis"]["tracks"][str(n)]
        assert (310 < seen["transitions"] < 330) if n == 2 else 820 < seen["transitions"] < 870
        assert 8 < seen["slowest_ips"] < 14 and 34 < seen["fastest_ips"] < 42
    assert answer["direction"] == ("reverse" if way else "forward")
    assert (answer["accepted"], answer["reason"]) == (True, None)
    assert answer["diagnosis"]["seen"] is answer["diagnosis"]["advice"] is None


def test_several_swipes_one_line_each(tmp_path, capsys) -> None:
    path = tmp_path / "swipes.jsonl"
    make(path, capsys, "--track2", T2, "--count", 3)
    lines = path.read_text().splitlines()
    assert len(set(lines)) == 3 and set(json.loads(lines[0])) == {"1", "2", "3"}
    _, out, _ = run(capsys, "decode", path, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["accepted"] for answer in answers] == [True] * 3
    absent = {"status": "absent", "text": None, "reason": None, "fields": None}
    assert answers[0]["tracks"]["1"] == absent


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


VCD = "$timescale 1 us $end $var wire 1 ! D $end $enddefinitions $end "
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
    ("x.csv", "Time [s],A\n0.0,0\n0.1,7\n", "10 samples a second of A, want 8000"),
    ("x.csv", "Time [s],A\n0.0,0\n0.1,on\n", "line 3 column 2: want a level"),
    ("x.csv", "Time [s],A\n0.2,0\n0.1,1\n", "line 3: time goes backwards"),
    ("x.csv", "Time [s],A\n0.2,0\n0.3,1,1\n", "line 3: 3 columns"),
    ("x.csv", "logic\n0\n1\n", "no sample rate"),
    ("x.wav", "RIFFxxxxWAVE", "no 'fmt' chunk"),
    ("x.wav", "hello", "not a RIFF WAVE file"),
    ("x.csv", "Time [s],A\n0,0\n1e999,1\n", "line 3: the time is beyond 11 days"),
    ("x.csv", "Time [s],A\n2024-13-01T00:00:00,0\n", "no rows"),
    ("x.csv", "Time [s],A\n0,0\nsoon,1\n", "line 3 column 1: want a time"),
    ("x.csv", "a title\n" * 200, "line 101: no row of values"),
    ("x.mag", "RIFF", "not a MAKStripe file"),
    ("x.json", '{"track": 2, "bits": "0121"}', "want bits"),
    ("x.json", '[{"2": []}, {"5": []}]', "swipe 2: there is no track 5"),
    ("x.csv", "; Samplerate: 1.2.3 MHz\n0\n1\n", "no sample rate"),
    ("x.csv", "\0" * 100, "no rows"),
    ("x.vcd", VCD + "#" + "9" * 400, "is not a time"),
    ("x.vcd", VCD + "#9 #8", "time goes backwards"),
    ("x.vcd", VCD + "#999999999999999999", "beyond 11 days"),
    ("x.vcd", VCD + "#0 hello", "hello is not a value change"),
    ("x.vcd", VCD.replace("1 us", "9" * 5000 + " us"), "timescale"),
    ("x.vcd", VCD.replace("wire 1 !", "wire ² !"), "$var is not whole"),
    ("x.json", '{"2": [' + "9" * 5000 + "]}", "not JSON"),
    ("x.json", '{"2": [1e999]}', "interval 0 is inf"),
    ("x.json", "{}", "no track in it"),
    ("x.mp3", "", "cannot tell what it is"),
]


@pytest.mark.parametrize("name,content,message", BAD_FILES)
def test_unreadable_files(tmp_path, capsys, name, content, message) -> None:
    path = tmp_path / name
    path.write_text(content)
    code, _, err = run(capsys, "decode", path, "--json")
    assert code == 2
    assert err.startswith("posctl: error: ") and err.count("\n") == 1
    assert message in err


def test_folders(tmp_path, capsys) -> None:
    for kind in decode.KINDS:
        path = tmp_path / ("folder" + kind)
        path.mkdir()
        code, _, err = run(capsys, "decode", path)
        assert code == 2 and "Is a directory" in err and err.count("\n") == 1


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
        (("--track2", T2, "--count", "1000", "--out", "x.wav"), "samples, at most"),
        (("--track2", T2, "--bits", "12"), "--bits 12"),
        (("--track2", T2, "--channels", "9"), "--channels 9"),
        (("--track2", T2, "--gain", "0"), "--gain 0"),
        (("--track2", T2, "--stall", "0"), "--stall 0"),
        (("--track2", T2, "--hand", "1"), "--hand 1"),
        (("--track2", T2, "--style", "excel"), "--style excel"),
    ],
)
def test_make_refuses(capsys, options, message) -> None:
    code, _, err = run(capsys, "make", *options)
    assert code == 2 and message in err and err.count("\n") == 1


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


def test_failed_read_says_what_was_seen(tmp_path, capsys) -> None:
    path = tmp_path / "swipe.json"
    bits = synth.stripe_bits(T2, 2)
    for place in (40, 41, 73, 96, 97, 118, 151):
        bits[bits.index(1) + place] ^= 1
    path.write_text(json.dumps({"2": synth.flux_of_bits(bits, 1.5)}))
    answer = json.loads(run(capsys, "decode", path, "--json")[1])
    found = answer["diagnosis"]
    assert not answer["accepted"]
    assert found["seen"].startswith(f"swipe refused: {answer['reason']}; track 2: ")
    assert "at character" in found["seen"] and " ips, jitter " in found["seen"]
    assert found["advice"]["id"] == "card.slow" and "太慢" in found["advice"]["zh"]
    assert not any(part in found["seen"] for part in ("625093", "0036", "3312"))
    measured = found["tracks"]["2"]
    assert 1.2 < measured["slowest_ips"] <= measured["fastest_ips"] < 1.8
    assert measured["facing"] == "forward" and 0 < measured["jitter"] < 0.2
    out = run(capsys, "decode", path)[1]
    assert "TOO SLOW" in out and " ips, jitter " in out


def test_fields_masked_and_whole(tmp_path, capsys) -> None:
    path = tmp_path / "swipe.json"
    amex = "%B3727 006992 51018^M[LLER/HANS.DR^2512990502700?"
    make(path, capsys, "--track1", amex, "--track2", ";372700699251018=2512990502700?")
    answer = json.loads(run(capsys, "decode", path, "--json", "--letters", "de")[1])
    fields = answer["tracks"]["1"]["fields"]
    assert answer["accepted"] and fields["pan"] == "372700699251018"
    assert [fields[n] for n in ("surname", "given", "title")] == ["MÄLLER", "HANS", "DR"]
    assert fields["service_means"][:2] == ["test card", "reserved"]
    out = run(capsys, "decode", path, "--json", "--masked")[1]
    assert "372700*****1018" in out and "HANS" not in out and "502700" not in out
    assert "want one of" in run(capsys, "decode", path, "--letters", "xx")[2]


def test_the_track_that_disagrees_is_named(tmp_path, capsys) -> None:
    path = tmp_path / "swipe.json"
    make(path, capsys, "--track1", T1.replace("0036^", "0044^"), "--track2", T2)
    answer = json.loads(run(capsys, "decode", path, "--json")[1])
    assert (answer["accepted"], answer["reason"]) == (False, "tracks_disagree")
    assert answer["tracks"]["1"]["reason"] == "tracks_disagree"
    assert "track 1: tracks disagree" in answer["diagnosis"]["seen"]


@pytest.mark.parametrize("text", [";1234;5678=90?", ";:<=>:?", ";0100231132?"])
def test_texts_without_a_layout(tmp_path, capsys, text) -> None:
    path = tmp_path / "swipe.json"
    make(path, capsys, "--track2", text)
    answer = json.loads(run(capsys, "decode", path, "--json")[1])
    assert answer["tracks"]["2"]["text"] == text and not answer["accepted"]
    assert answer["tracks"]["2"]["fields"]["layout"] in ("generic", "unknown")
    out = run(capsys, "decode", path, "--masked")[1]
    assert not any(char.isdigit() for char in out.splitlines()[1][8:].split("=")[0])


def test_a_licence_is_no_payment_card(tmp_path, capsys) -> None:
    path = tmp_path / "swipe.json"
    make(path, capsys, "--track2", ";636014000000001=291219900615=?")
    answer = json.loads(run(capsys, "decode", path, "--json")[1])
    fields = answer["tracks"]["2"]["fields"]
    assert (fields["layout"], fields["birth"], answer["accepted"]) == ("aamva", "19900615", False)
    out = run(capsys, "decode", path, "--masked", "--json")[1]
    assert "19900615" not in out and "000000001" not in out and "0001=" not in out
