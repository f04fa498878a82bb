# SPDX-License-Identifier: MIT
"""The picture of a swipe: cells and characters in their places, faults in red, one-line errors."""

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from posctl.cli import main
from posctl.swipe import synth, trace

T1 = "%B6250930000000036^TEST/CARD^33122200000012300000?"
T2 = ";6250930000000036=33122200000012300000?"
T3 = ";996250930000000036=1561560999999996001016000000010000033120=0=0=0000000123?"
RED = (200, 53, 43)


def times_of(text: str, track: int, **options) -> list[int]:
    return list(accumulate(synth.flux(text, track, **options), initial=0))


def run(capsys, *args) -> tuple[int, str, str]:
    code = main(["swipe", *map(str, args)])
    out, err = capsys.readouterr()
    return code, out, err


def red_pixels(path) -> int:
    image = Image.open(path).convert("RGB")
    assert image.format is None and image.width == 1600 and 200 < image.height < 6000
    image = image.crop((0, 92, image.width, image.height))  # below title and legend
    return sum(count for count, colour in image.getcolors(1 << 24) if colour == RED)


@pytest.mark.parametrize("kind", ["json", "jsonl", "vcd", "csv", "wav"])
def test_every_kind_of_file(tmp_path, capsys, kind) -> None:
    path, png = tmp_path / f"swipe.{kind}", tmp_path / "out.png"
    options = ("--track1", T1, "--track2", T2, "--track3", T3, "--ips", "10:30", "--reverse")
    assert run(capsys, "make", *options, "--out", path)[0] == 0
    code, out, err = run(capsys, "show", path, "--png", png)
    assert (code, out, err) == (0, f"{png}: accepted\n", "")
    assert red_pixels(png) == 0


def test_faults_are_red(tmp_path, capsys) -> None:
    path, png = tmp_path / "swipe.json", tmp_path / "out.png"
    run(capsys, "make", "--track2", T2, "--spurious", 0.01, "--seed", 2, "--out", path)
    assert run(capsys, "show", path, "--png", png)[0] == 0
    assert red_pixels(png) > 50
    run(capsys, "make", "--track2", T2, "--jitter", 0.9, "--out", path)
    code, out, _ = run(capsys, "show", path, "--png", png, "--json")
    assert code == 0 and '"accepted": false' in out
    assert red_pixels(png) > 50


@pytest.mark.parametrize(
    "content,options,message",
    [
        ('{"2": []}', (), "nothing to draw"),
        ('{"2": [5, 5]}', ("--swipe", "2"), "there is no swipe 2"),
        ("{", (), "column 2"),
    ],
)
def test_refusals(tmp_path, capsys, content, options, message) -> None:
    path = tmp_path / "swipe.json"
    path.write_text(content)
    code, _, err = run(capsys, "show", path, "--png", tmp_path / "out.png", *options)
    assert code == 2 and message in err and err.count("\n") == 1
    assert not (tmp_path / "out.png").exists()


def test_names_of_pictures(tmp_path, capsys) -> None:
    path = tmp_path / "swipe.json"
    path.write_text('{"2": [500, 500]}')
    code, _, err = run(capsys, "show", path, "--png", tmp_path / "out.bmp")
    assert code == 2 and "must end with .png" in err
    code, _, err = run(capsys, "show", path, "--png", tmp_path / "none" / "out.png")
    assert code == 2 and err.count("\n") == 1
    assert run(capsys, "show", path, "--png", tmp_path / "out.png")[0] == 0


@pytest.mark.parametrize("track,text", [(1, T1), (2, T2), (3, T3)])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_clean_track_is_laid_exactly(track, text, reverse) -> None:
    times = times_of(text, track, ips="8:30", reverse=reverse, jitter=0.1)
    found = trace.lay(times, track, text, reverse)
    bits = synth.stripe_bits(text, track)
    assert [cell.bit for cell in found.cells] == (bits[::-1] if reverse else bits)
    assert (found.extra, found.missing) == ([], [])
    names = [*text, "LRC"]
    assert [c.text for c in found.chars] == (names[::-1] if reverse else names)
    followed = trace.follow(times, track)
    assert [c.text for c in followed.chars] == [c.text for c in found.chars]


def test_faults_are_found_where_they_are() -> None:
    times = times_of(T2, 2, jitter=0.02)
    gone, more = times[150], (times[200] + 2 * times[201]) / 3
    found = trace.lay(sorted([t for t in times if t != gone] + [more]), 2, T2, False)
    assert found.extra == [more] and len(found.missing) == 1
    assert abs(found.missing[0] - gone) < 40
    assert [c.text for c in found.chars] == [*T2, "LRC"]


def test_a_stray_transition_far_behind_is_left_out() -> None:
    times = times_of(T2, 2, jitter=0.02)
    found = trace.lay([*times, times[-1] + 3000], 2, T2, False)
    assert (found.extra, found.missing, len(found.chars)) == ([], [], len(T2) + 1)


@settings(deadline=None)
@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=200), st.integers(1, 3))
def test_any_intervals_can_be_followed(values, track) -> None:
    times = list(accumulate(values, initial=0))
    found = trace.follow(times, track)
    for char in found.chars:
        assert 0 <= char.first < char.last < len(found.cells)
    laid = trace.lay(times, track, T1 if track == 1 else T2, False)
    for cell in laid.cells:
        assert times[0] <= cell.start <= cell.end <= times[-1]
