# SPDX-License-Identifier: MIT
"""The player against a scripted firmware: waits, expects, cuts, deaths, no child left behind."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from posctl.bench.errors import PowerGone
from posctl.bench.link import Link
from posctl.bench.player import WINDOW, Player
from posctl.bench.run import Ending, ScriptInput, run
from posctl.bench.script import parse_line

_FAKE = Path(__file__).parent.parent / "fakes" / "bench_firmware.py"
_SCREENS = frozenset({"idle", "host.wait", "sale.amount", "outcome.approved"})
_IDLE = [{"ev": "screen", "id": "idle", "lines": ["ready"]}, {"ev": "idle"}]
_SLIP = {"ev": "print", "hex": b"SALE 128.50\n".hex()}


def _key(name: str) -> dict:
    return {"do": "key", "key": name}


def _on(key: str, *acts: dict) -> dict:
    return {"take": _key(key), "act": list(acts)}


def _screen(name: str) -> dict:
    return {"ev": "screen", "id": name, "lines": []}


class Bench:
    """A state directory with a scenario, and the runs made in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list = []

    def command(self, steps: list, boot: list, tail: str) -> list:
        """Write the scenario and return the command line that plays it."""
        scenario = {"boot": boot, "steps": steps, "tail": tail}
        (self.folder / "fake.json").write_text(json.dumps(scenario), "utf-8")
        return [sys.executable, str(_FAKE), "-", str(self.folder), "-", "0", "0"]

    def play(self, script: list, steps: list, boot: list = _IDLE, tail: str = "") -> Ending:
        """Play a script given as messages."""
        lines = [json.dumps(line).encode() for line in script]
        parsed = [parse_line(number, line, _SCREENS) for number, line in enumerate(lines, 1)]
        return run(self.command(steps, boot, tail), parsed, self.events.append)

    def link(self, steps: list, boot: list = _IDLE) -> Link:
        """Start a terminal for the player to drive."""
        return Link(self.command(steps, boot, ""), self.events.append)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_plays_to_the_end_and_hands_on_every_event(bench: Bench) -> None:
    ending = bench.play(
        [{"do": "wait", "screen": "idle"}, _key("1"), {"expect": "sale.amount"}],
        [_on("1", _screen("sale.amount"), {"ev": "idle"})],
    )
    assert ending == Ending(0, flash_ops=7, heap_peak=4242, heap_idle=2424)
    heap = {"heap_peak": 4242, "heap_idle": 2424}
    assert ending.event() == {"ev": "end", "exit": 0, "flash_ops": 7, **heap}
    assert [event["ev"] for event in bench.events] == ["screen", "idle", "screen", "idle"]


def test_a_screen_from_before_the_last_message_is_stale(bench: Bench) -> None:
    slow = [{"fake": "sleep", "s": 0.4}, _screen("host.wait"), {"fake": "sleep", "s": 0.2}]
    script = [{"do": "wait", "screen": "idle"}, _key("ENTER"), {"do": "wait", "screen": "idle"}]
    started = time.monotonic()
    ending = bench.play(script, [_on("ENTER", *slow, *_IDLE)])
    assert ending.exit == 0
    assert time.monotonic() - started > 0.5


def test_an_unchanged_screen_counts_once_the_message_is_consumed(bench: Bench) -> None:
    script = [_key("UP"), {"do": "wait", "screen": "idle", "timeout_s": 5}]
    assert bench.play(script, [_on("UP", {"ev": "idle"})]).exit == 0


def test_wait_that_is_not_met_names_line_and_screens(bench: Bench) -> None:
    script = [_key("1"), {"do": "wait", "screen": "sale.amount", "timeout_s": 0.2}]
    ending = bench.play(script, [_on("1", {"ev": "idle"})])
    assert (ending.exit, ending.line) == (4, 2)
    assert ending.error == "line 2: waited 0.2 s for sale.amount, the screen is idle"
    assert (ending.flash_ops, ending.heap_peak) == (7, 4242)


@pytest.mark.parametrize(
    ("want", "described"),
    [
        ("sale.amount", "sale.amount"),
        ({"screen": "idle", "contains": "nope"}, "idle with 'nope'"),
        ({"print": "nope"}, "a slip with 'nope'"),
        ({"ev": "beep", "kind": "ok"}, "the event beep with kind 'ok'"),
    ],
)
def test_expect_that_is_not_met(bench: Bench, want: object, described: str) -> None:
    boot = [*_IDLE, _SLIP, {"ev": "beep", "kind": "error"}]
    ending = bench.play([{"do": "wait", "screen": "idle"}, {"expect": want, "timeout_s": 0.2}],
                        [], boot)  # fmt: skip
    assert ending.exit == 4
    assert ending.error == f"line 2: expected {described}, the screen is idle"


def test_expects_look_at_one_slip_together_and_not_at_an_older_one(bench: Bench) -> None:
    script = [
        {"do": "wait", "screen": "idle"},
        {"expect": {"print": "SALE"}},
        {"expect": {"print": "128.50"}},
        {"expect": {"screen": "idle", "contains": "ready"}},
        {"expect": {"ev": "print"}},
        _key("1"),
        {"do": "wait", "screen": "idle"},
        {"expect": {"print": "SALE"}, "timeout_s": 0.2},
    ]
    ending = bench.play(script, [_on("1", {"ev": "idle"})], [*_IDLE, _SLIP])
    assert (ending.exit, ending.line) == (4, 8)


def test_keys_sent_while_it_is_busy_are_not_held_back(bench: Bench) -> None:
    busy = [{"fake": "sleep", "s": 0.3}]
    steps = [_on("1", *busy), _on("2"), _on("3", {"ev": "idle"})]
    assert bench.play([_key("1"), _key("2"), _key("3")], steps).exit == 0


def test_never_more_than_the_window_ahead(bench: Bench) -> None:
    steps = [_on("1", {"ev": "idle"}) for _ in range(3 * WINDOW)]
    ahead = 0
    with bench.link(steps) as link:
        player = Player(link)
        for _ in steps:
            player.press("1")
            ahead = max(ahead, link.present.ahead)
        assert player.finish(5)
    assert ahead <= WINDOW


def test_end_waits_while_the_host_is_asked(bench: Bench) -> None:
    answer = [_screen("host.wait"), {"ev": "idle"}, {"fake": "sleep", "s": 0.4}, *_IDLE]
    assert bench.play([_key("1")], [_on("1", *answer)]).exit == 0
    assert bench.events[-2]["id"] == "idle"


def test_cut_kills_and_is_99(bench: Bench) -> None:
    cut = [{"ev": "cut", "op": 12}, {"fake": "hang"}]
    ending = bench.play([_key("1"), {"do": "wait", "screen": "idle"}], [_on("1", *cut)])
    unknown = {"heap_peak": 0, "heap_idle": 0}
    assert ending.event() == {"ev": "end", "exit": 99, "flash_ops": 12, **unknown}
    assert ending.error is None
    assert bench.events[-1] == {"ev": "cut", "op": 12}


def test_fatal_is_its_own_line_and_3(bench: Bench) -> None:
    boot = [{"ev": "fatal", "error": "journal: bad chain"}, {"fake": "die", "code": 3}]
    ending = bench.play([{"do": "wait", "screen": "idle"}], [], boot)
    assert ending.exit == 3
    assert ending.error == "the firmware does not start: journal: bad chain"


def test_a_traceback_is_one_line_and_shown_trimmed(bench: Bench) -> None:
    trace = "Traceback (most recent call last):\nMemoryError: 6222021234567890123\n"
    ending = bench.play([_key("1")], [_on("1", {"fake": "die", "code": 1, "stderr": trace})])
    assert ending.exit == 5
    assert ending.error == "the firmware died (exit code 1): MemoryError: #"
    assert ending.noise == ("Traceback (most recent call last):", "MemoryError: #")


def test_a_traceback_on_stdout_is_no_event(bench: Bench) -> None:
    acts = [{"fake": "raw", "text": "MemoryError: x"}, {"fake": "die", "code": 1}]
    ending = bench.play([_key("1")], [_on("1", *acts)])
    assert ending.error == "the firmware died (exit code 1): MemoryError: x"
    assert [event["ev"] for event in bench.events] == ["screen", "idle"]


def test_an_end_without_end_event_is_a_death(bench: Bench) -> None:
    ending = bench.play([_key("1")], [_on("1", {"fake": "die", "code": 0})])
    assert (ending.exit, ending.error) == (5, "the firmware died (exit code 0): no message")


def test_a_terminal_that_does_not_end_is_killed(bench: Bench, monkeypatch) -> None:
    monkeypatch.setattr("posctl.bench.run._END_S", 0.3)
    ending = bench.play([{"do": "wait", "screen": "idle"}], [], tail="hang")
    assert (ending.exit, ending.error) == (5, "the firmware did not end in 0.3 s")


def test_no_process_is_left(bench: Bench) -> None:
    with pytest.raises(KeyboardInterrupt):
        with bench.link([], [*_IDLE, {"fake": "hang"}]) as link:
            process = link._process
            raise KeyboardInterrupt
    assert process.poll() is not None
    with pytest.raises(PowerGone):
        link.send(_key("1"))


def test_output_nobody_reads_ends_the_run(bench: Bench) -> None:
    def broken(_: dict) -> None:
        raise BrokenPipeError

    command = bench.command([], [*_IDLE, {"fake": "hang"}], "")
    with pytest.raises(BrokenPipeError):
        run(command, [], broken)


def _feed(lines: list, bench: Bench, steps: list) -> Ending:
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as file:
        for line in lines:
            file.write(line + b"\n")
    try:
        return run(bench.command(steps, _IDLE, ""), ScriptInput(reader, _SCREENS),
                   bench.events.append)  # fmt: skip
    finally:
        os.close(reader)


def test_lines_as_they_come_are_answered(bench: Bench) -> None:
    lines = [b'{"do":"wait","screen":"idle"}', b'{"do":"key","key":"1"}', b'{"expect":"idle"}']
    ending = _feed(lines, bench, [_on("1", *_IDLE)])
    assert ending.exit == 0
    answers = [event["line"] for event in bench.events if event["ev"] == "ok"]
    assert answers == [1, 3]


def test_a_bad_line_as_it_comes_ends_the_run(bench: Bench) -> None:
    ending = _feed([b'{"do":"key","key":"1"}', b"{oops"], bench, [_on("1", {"ev": "idle"})])
    assert (ending.exit, ending.line) == (2, 2)
    assert ending.error == "line 2: bad JSON at column 2"


def test_a_death_ends_the_reading_of_lines(bench: Bench) -> None:
    reader, writer = os.pipe()
    command = bench.command([], [{"fake": "die", "code": 1}], "")
    try:
        assert run(command, ScriptInput(reader, _SCREENS), bench.events.append).exit == 5
    finally:
        os.close(writer)
        os.close(reader)
