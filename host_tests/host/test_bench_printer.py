# SPDX-License-Identifier: MIT
"""The bench's printer: what is on paper, what it keeps, what it loses, and what it answers."""

import importlib.util
import json

import pytest

from drivers import link
from drivers.escpos_printer import EscposPrinter
from pos.core import aio
from posctl.paths import BOARDS

_CAUSE = b"\x10\x04\x02"
_PAPER = b"\x10\x04\x04"
_QUERY = b"\x1d\x72\x01"
_SLIP = bytes(range(32, 127)) * 4


def bench_printer(out: object) -> object:
    spec = importlib.util.spec_from_file_location("bench_printer", BOARDS / "bench/printer.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.BenchPrinter(out)


class Bench:
    """The printer with its paper: `slips` holds what came out at each query."""

    def __init__(self) -> None:
        self.slips = []
        self.printer = bench_printer(lambda chunks: self.slips.append(b"".join(chunks)))

    def set(self, **setting: object) -> None:
        self.printer.setting({"do": "printer", **setting})

    def send(self, *writes: bytes) -> bytes:
        """Write, then read all answers."""
        for data in writes:
            self.printer.write(data)
        return self.printer.read(100)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_slip_comes_out_at_its_query_and_is_proved_then(bench):
    assert bench.send(_SLIP[:128], _SLIP[128:]) == b""
    assert bench.slips == []
    assert bench.send(_QUERY) == b"\x00"
    assert bench.slips == [_SLIP]
    assert bench.printer.read(1) == b""


def test_a_query_with_nothing_before_it_is_answered_and_no_paper_moves(bench):
    assert bench.send(_QUERY, _QUERY) == b"\x00\x00"
    assert bench.slips == []


def test_answers_are_read_one_by_one(bench):
    bench.printer.write(_CAUSE)
    bench.printer.write(_QUERY)
    assert [bench.printer.read(1) for _ in range(3)] == [b"\x12", b"\x00", b""]


@pytest.mark.parametrize(
    ("setting", "cause", "paper"),
    [
        ({}, 0x12, 0x12),
        ({"paper": "out"}, 0x32, 0x7E),
        ({"cover": "open"}, 0x16, 0x12),
        ({"paper": "out", "cover": "open"}, 0x36, 0x7E),
        ({"eat": 1000}, 0x12, 0x12),  # real-time commands have a way of their own
    ],
)
def test_real_time_status(bench, setting, cause, paper):
    bench.set(**setting)
    assert bench.send(_CAUSE, _PAPER) == bytes([cause, paper])
    bench.set(paper="ok", cover="ok")
    assert bench.send(_CAUSE, _PAPER) == b"\x12\x12"


@pytest.mark.parametrize(
    ("stop", "go"),
    [({"paper": "out"}, {"paper": "ok"}), ({"cover": "open"}, {"cover": "ok"})],
)
def test_a_blocked_printer_keeps_what_it_was_sent(bench, stop, go):
    bench.set(**stop)
    assert bench.send(_SLIP, _QUERY, b"next", _QUERY) == b""
    assert bench.slips == []
    bench.set(**go)
    assert bench.slips == [_SLIP, b"next"]
    assert bench.printer.read(9) == b"\x00\x00"


def test_paper_that_ends_within_a_slip(bench):
    bench.send(_SLIP[:128])
    bench.set(paper="out")
    assert bench.send(_SLIP[128:], _QUERY) == b""
    bench.set(paper="ok")
    assert bench.slips == [_SLIP]


def test_paper_alone_does_not_help_an_open_cover(bench):
    bench.set(paper="out", cover="open")
    bench.send(_SLIP, _QUERY)
    bench.set(paper="ok")
    assert (bench.slips, bench.printer.read(9)) == ([], b"")
    bench.set(cover="ok")
    assert bench.slips == [_SLIP]


def test_a_full_buffer_loses_the_rest_and_the_query_with_it(bench):
    bench.set(paper="out")
    chunks = [b"%04d" % i + b"x" * 124 for i in range(70)]  # 8960 bytes into 8192
    bench.send(*chunks, _QUERY)
    bench.set(paper="ok")
    assert (bench.slips, bench.printer.read(9)) == ([], b"")
    assert bench.send(_QUERY) == b"\x00"
    assert bench.slips == [b"".join(chunks)[:8192]]


@pytest.mark.parametrize("eaten", [1, 127, 128, 129, len(_SLIP)])
def test_eaten_bytes_are_lost_on_the_line(bench, eaten):
    bench.set(eat=eaten)
    bench.send(_SLIP[:128], _SLIP[128:])
    assert bench.send(_QUERY) == b"\x00"
    assert bench.slips == ([_SLIP[eaten:]] if eaten < len(_SLIP) else [])
    assert bench.send(_SLIP, _QUERY) == b"\x00"
    assert bench.slips[-1] == _SLIP


@pytest.mark.parametrize("of_the_query", [1, 2, 3])
def test_a_query_that_is_eaten_proves_nothing(bench, of_the_query):
    bench.set(eat=len(_SLIP) + of_the_query)
    assert bench.send(_SLIP, _QUERY) == b""
    assert bench.slips == []


def test_faults_add_up(bench):
    bench.set(eat=2)
    bench.set(eat=3, cover="open")
    bench.send(b"0123456789", _QUERY)
    bench.set(cover="ok")
    assert bench.slips == [b"56789"]


@pytest.fixture
def no_clock(monkeypatch):
    async def sleep_ms(duration_ms: int) -> None:
        pass

    monkeypatch.setattr(aio, "sleep_ms", sleep_ms)


def test_the_driver_and_the_printer_agree(bench, no_clock):
    driver = EscposPrinter(bench.printer)
    assert aio.run(driver.status()) == "ok"
    aio.run(driver.write(_SLIP))
    assert aio.run(driver.proof())
    bench.set(cover="open")
    assert aio.run(driver.status()) == "cover"
    bench.set(cover="ok", paper="out")
    assert aio.run(driver.status()) == "paper"
    aio.run(driver.write(b"late"))
    assert not aio.run(driver.proof())
    assert bench.slips == [_SLIP]
    bench.set(paper="ok")
    assert aio.run(driver.status()) == "ok"  # and the late answer is passed over
    assert bench.slips == [_SLIP, b"late"]
    bench.set(eat=100)
    assert not aio.run(driver.proof())


def test_the_print_event(capsys):
    link.emit_print([b"\x1b@", b"A\xc4\xe3"])
    assert json.loads(capsys.readouterr().out) == {"ev": "print", "hex": "1b4041c4e3"}
