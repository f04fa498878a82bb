# SPDX-License-Identifier: MIT
"""Swipes on the bench terminal: reader variants down to the acquirer, words for failed reads."""

import json
import random
from pathlib import Path

import pytest

from fakes.scripts import keys, wait
from fakes.wiretap import Wiretap
from posctl import cli
from posctl.bench.script import card_flux
from posctl.demo.programs import AcquirerServer, posctl
from posctl.swipe import synth

_T1 = "%B6200001234567892^TEST/CARD^30121200000012300000?"
_T2 = ";6200001234567892=30121200000012300000?"
_T3 = ";996200001234567892=1561560999999996001016000000010000030120=0=0=0000000123?"
_TRACKS = {"1": _T1, "2": _T2, "3": _T3}


def _to_the_swipe() -> list:
    return [wait("idle"), *keys(*"12850", "ENTER"), {"expect": "card.swipe"}]


def _sale(flux: dict) -> list:
    approved = [wait("pin.enter"), *keys("ENTER"), wait("outcome.approved"), *keys("ENTER")]
    return [*_to_the_swipe(), {"do": "swipe", "flux": flux}, *approved, wait("idle")]


class Shop:
    """Terminals with one acquirer, and a tap on the wire."""

    def __init__(self, folder: Path, database: Path, address: str) -> None:
        self.folder = folder
        self.database = database
        self.address = address

    def play(self, script: list, runtime: str, *init: str) -> int:
        """Make a terminal with these options and play a script on it."""
        state, path = self.folder / "state", self.folder / "script.jsonl"
        quick = ["--set", "tear_timeout_s=1", "--set", "slip_copies=1", *init]
        posctl("terminal", "init", "--state", str(state), "--db", str(self.database), *quick)
        path.write_text("".join(json.dumps(line) + "\n" for line in script), "utf-8")
        where = ["--state", str(state), "--acquirer", self.address, "--runtime", runtime]
        return cli.main(["terminal", "run", str(path), *where, "--json"])


@pytest.fixture
def shop(tmp_path: Path) -> object:
    database, faults = tmp_path / "acquirer.db", tmp_path / "faults.jsonl"
    faults.touch()
    with AcquirerServer(database, faults, tmp_path / "acquirer.jsonl") as server:
        with Wiretap(server.address) as tap:
            held = Shop(tmp_path, database, tap.address)
            held.tap = tap
            yield held


def _as_sent(text: str) -> str:
    return text[1:-1].replace("=", "D")


def _broken(track: int, ips: object = 20) -> list:
    """A clean signal of wrong bits: no decoder may read that, however good it is."""
    bits = synth.stripe_bits(_TRACKS[str(track)], track)
    for place in (40, 41, 73, 96, 97, 118, 151):
        bits[bits.index(1) + place] ^= 1
    return synth.flux_of_bits(bits, ips, seed=2)


@pytest.mark.parametrize(
    ("reader", "runtime"),
    [("12", "cpython"), ("23", "cpython"), ("123", "cpython"), ("23", "micropython")],
)
def test_the_variant_decides_what_the_acquirer_gets(shop: Shop, reader: str, runtime: str) -> None:
    flux = card_flux(_TRACKS, 20, False, 0.05, 3)
    bad = {**flux, "1": _broken(1), "3": _broken(3)}
    only_two = card_flux({"2": _T2}, 20, True, 0.05, 4)
    script = [*_sale(flux), *_sale(bad), *_sale(only_two)]
    assert shop.play(script, runtime, "--tracks", reader) == 0
    requests = shop.tap.of_type("0200")
    assert [fields.get(35) for fields in requests] == [_as_sent(_T2)] * 3
    third = _as_sent(_T3) if "3" in reader else None
    assert [fields.get(36) for fields in requests] == [third, None, None]
    assert not any(45 in fields for fields in requests)  # track 1 has no place in this dialect
    assert {fields[53][:1] for fields in requests} <= {"0"}


def test_a_variant_sees_no_more_than_its_tracks(shop: Shop, capsys) -> None:
    """Track 1 of another card beside track 2: a 2/3 reader cannot know, the others refuse."""
    other = card_flux({**_TRACKS, "1": _T1.replace("892^", "884^")}, 20, False, 0.05, 3)
    assert shop.play(_sale(other), "cpython", "--tracks", "23") == 0
    assert "tracks_disagree" not in capsys.readouterr().out


def test_disagreeing_tracks_are_refused(shop: Shop, capsys) -> None:
    other = card_flux({**_TRACKS, "3": _T3.replace("3012", "3112")}, 20, False, 0.05, 3)
    refused = [
        {"do": "swipe", "flux": other},
        {"expect": {"screen": "card.swipe", "contains": "换卡"}},
    ]
    script = [*_to_the_swipe(), *refused, *keys("CANCEL"), wait("idle")]
    assert shop.play(script, "cpython") == 0
    out = capsys.readouterr().out
    assert "swipe refused: tracks_disagree" in out and "track 3: tracks disagree" in out
    assert not shop.tap.of_type("0200")


def test_an_unknown_variant_is_refused(tmp_path: Path, capsys) -> None:
    state = str(tmp_path / "state")
    init = ["terminal", "init", "--state", state, "--db", str(tmp_path / "a.db"), "--tracks"]
    assert cli.main([*init, "13"]) == 2
    assert cli.main([*init, "12"]) == 0
    profile = tmp_path / "state" / "profile.json"
    values = json.loads(profile.read_text("utf-8"))
    assert values["tracks"] == [1, 2]
    profile.write_text(json.dumps({**values, "tracks": "12"}), "utf-8")
    capsys.readouterr()
    assert cli.main(["terminal", "run", "x", "--state", state, "--acquirer", "-"]) == 2
    assert "tracks must be [1, 2]" in capsys.readouterr().err


def _noise() -> dict:
    rng = random.Random(5)
    return {str(n): [rng.randint(20, 3000) for _ in range(90)] for n in (1, 2, 3)}


_HALF = {"2": synth.flux(_T2, 2, 20, jitter=0.05)[:130]}
_HIGH = {"2": synth.flux(_T1, 1, 20, jitter=0.05)}
_ALL_THREE = {str(track): _broken(track, 30) for track in (1, 2, 3)}
_FAILURES = [  # flux, words in zh and en, what the log says
    ({"2": _broken(2, 1.5)}, "刷卡太慢", "TOO SLOW", " 1.4-1.5 ips"),
    ({"2": _broken(2, 90)}, "刷卡太快", "TOO FAST", "-90."),
    ({"2": _broken(2, "50:5:5:50")}, "匀速", "STEADY", " ips, jitter "),
    ({"2": _broken(2, 40)}, "读卡失败", "READ FAILED", " 39.9-4"),
    ({}, "请翻转卡片", "TURN THE CARD OVER", "refused: no_card"),
    (_noise(), "请翻转卡片", "TURN THE CARD OVER", "; track 2: "),
    (_ALL_THREE, "读卡失败", "READ FAILED", "; track 3: parity at character "),
    (_HALF, "从头到尾", "WHOLE CARD", "no end sentinel at character "),
    (_HIGH, "压到底", "PRESS CARD DOWN", "format for track 2"),
]


@pytest.mark.parametrize(("lang", "column"), [("zh", 1), ("en", 2)])
def test_failed_reads_tell_the_cashier_and_the_log(shop: Shop, capsys, lang, column) -> None:
    script = _to_the_swipe()
    for failure in _FAILURES:
        script.append({"do": "swipe", "flux": failure[0]})
        script.append({"expect": {"screen": "card.swipe", "contains": failure[column]}})
    script += [{"do": "swipe", "flux": card_flux({"2": _T2}, 40, False, 0.05, 1)}]
    script += [wait("pin.enter"), *keys("CANCEL"), wait("idle")]
    runtime = "micropython" if lang == "zh" else "cpython"
    assert shop.play(script, runtime, "--lang", lang) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    logs = [one["text"] for one in events if one["ev"] == "log" and one["event"] == "swipe"]
    assert len(logs) == len(_FAILURES)
    for text, failure in zip(logs, _FAILURES, strict=True):
        assert text.startswith("swipe refused: ") and failure[3] in text
        assert not any(part in text for part in ("620000", "7892", "3012"))
    beeps = [one for one in events if one["ev"] == "beep" and one["kind"] == "error"]
    assert len(beeps) >= len(_FAILURES)


def test_a_failed_read_at_the_idle_screen(shop: Shop, capsys) -> None:
    """A swipe first is allowed there; the words stand on the same screen."""
    script = [wait("idle")]
    for failure in _FAILURES[:5]:
        script.append({"do": "swipe", "flux": failure[0]})
        script.append({"expect": {"screen": "idle", "contains": failure[1]}})
    assert shop.play(script, "cpython") == 0
    assert capsys.readouterr().out.count('"swipe refused: ') == 5
