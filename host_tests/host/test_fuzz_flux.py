# SPDX-License-Identifier: MIT
"""Fuzzed flux: legal results, bounded work, nothing left in the buffers.

hypothesis here and atheris (guided by coverage, `make test-full`) run the same target,
fakes/hostile.py. A finding of atheris is printed as bytes: add it to FOUND and mend the decoder.
"""

import sys
from array import array
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench import card_grid, card_swipes, card_texts
from conftest import FULL
from fakes import hostile
from fakes.atheris_run import finds_what_is_planted, guided, needs_atheris
from fakes.work import lines_run
from pos.card.flux import MAX_INTERVALS, Decoder

DECODER = Decoder()
FOUND: tuple[bytes, ...] = ()  # inputs that broke a promise once
ATHERIS_RUNS = 20_000
WORK_FACTOR = 4  # the most that any input may take, in worst swipes of the card bench
READS_EACH = 2000  # the most often that one interval may be looked at
_FUZZER = Path(__file__).with_name("atheris_flux.py")

WORDS = st.integers(0, 65535)
HUGE = st.integers(0, 1 << 40)
RUNS = st.lists(st.tuples(WORDS, st.integers(1, 400)), max_size=12).map(
    lambda runs: [value for value, count in runs for _ in range(count)][: MAX_INTERVALS + 2]
)
LISTS = st.one_of(st.lists(WORDS, max_size=200), st.lists(HUGE, max_size=60), RUNS)


@given(st.binary(max_size=400))
def test_any_bytes(data):
    hostile.target(data, DECODER)


@pytest.mark.parametrize("data", [b"", *FOUND])
def test_what_was_found_once(data):
    hostile.target(data, DECODER)


@given(st.sampled_from((1, 2, 3)), LISTS, st.booleans())
@example(2, [], True)
@example(2, [0], False)
@example(1, [65535] * MAX_INTERVALS, True)
@example(3, [0] * MAX_INTERVALS, True)
@example(1, [1 << 62] * 40, False)
@example(2, [500] * (MAX_INTERVALS + 1), True)
def test_any_intervals(track, values, packed):
    form = array("H", [min(value, 65535) for value in values]) if packed else values
    hostile.holds(DECODER.decode_track(track, form, len(form)))


@given(st.sampled_from((1, 2, 3)), st.binary(max_size=2000))
def test_any_bits(track, bits):
    hostile.holds(DECODER.decode_bits(track, bits, len(bits)))


class Counted(array):
    """Intervals that count how often they are looked at."""

    reads = 0

    def __getitem__(self, at):
        one = super().__getitem__(at)
        Counted.reads += len(one) if isinstance(at, slice) else 1
        return one

    def __iter__(self):
        Counted.reads += len(self)
        return super().__iter__()


@given(st.sampled_from((1, 2, 3)), st.one_of(RUNS, st.lists(WORDS, max_size=200)))
@example(1, [500] * MAX_INTERVALS)
@example(1, [400, 600] * (MAX_INTERVALS // 2))
@example(3, [500] * 60 + [250, 500, 250] * 400)
def test_an_interval_is_looked_at_a_bounded_number_of_times(track, values):
    form = Counted("H", values)
    Counted.reads = 0
    DECODER.decode_track(track, form, len(form))
    assert Counted.reads <= READS_EACH * max(len(form), 16)


def swipe(name, seed):
    condition = {c.name: c for c in card_grid.grid()}[name]
    text = card_texts.text(condition.track, seed)
    return condition.track, array("H", card_swipes.swipe(condition, text, seed, "a"))


def hostile_inputs():
    """Inputs that leave many ways open: much damage, no damage to find, every length."""
    track, bad = swipe("mix bad T1", 1)
    return [
        (1, array("H", [300, 400, 500] * (MAX_INTERVALS // 3))),
        (track, array("H", [bad[n] * (12 + n * 7919 % 9) // 16 for n in range(len(bad))])),
        (3, array("H", [238] * 60 + [119 + n * 40503 % 97 for n in range(MAX_INTERVALS - 60)])),
        (1, array("H", [1] * MAX_INTERVALS)),
        (2, array("H", [65535, 1] * (MAX_INTERVALS // 2))),
        (3, array("H", [500] * MAX_INTERVALS)),
        (1, array("H", [500] * 200 + [250] * (MAX_INTERVALS - 200))),
        (2, array("H", [n * 40503 % 65536 for n in range(MAX_INTERVALS)])),
        (1, array("H", [v for n in range(MAX_INTERVALS // 2) for v in (100 + n, 50)])),
    ]


def test_no_input_takes_much_more_work_than_a_bad_swipe(record_property):
    """Lines of the decoder that run, so that the figure is the same on every machine."""

    def work(track, values):
        return lines_run(lambda: DECODER.decode_track(track, values, len(values)), "/pos/card/")

    names = ("mix bad T1", "mix bad T3", "lost 1.0%", "T1 40 ips timer 40 us")
    usual = max(work(*swipe(name, seed)) for name in names for seed in range(4 if FULL else 1))
    most = max(work(*one) for one in (hostile_inputs() if FULL else hostile_inputs()[:3]))
    record_property(
        "figures", f"card decoder: {usual} lines for a bad swipe, at most {most} for any input"
    )
    assert most <= WORK_FACTOR * usual


def buffers(thing, path="decoder", depth=4):
    """Return path -> content of everything that can hold track data, below an object."""
    if isinstance(thing, (bytearray, array)):
        return {path: bytes(thing)}
    if isinstance(thing, (list, tuple)):
        parts = enumerate(thing)
        if not any(isinstance(part, (bytearray, array, list, tuple)) for part in thing):
            return {path: repr(thing)}
    elif type(thing).__module__.startswith("pos.") and hasattr(thing, "__dict__"):
        parts = vars(thing).items()
    elif type(thing).__module__.startswith("pos."):
        parts = ((name, getattr(thing, name)) for name in getattr(thing, "__slots__", ()))
    else:
        return {}
    out = {}
    for name, part in parts if depth else ():
        out.update(buffers(part, f"{path}.{name}", depth - 1))
    return out


def left_over(decoder):
    """Return every buffer of the decoder and of the modules it is made of."""
    out = buffers(decoder)
    for name, module in sorted(sys.modules.items()):
        if name.startswith("pos.card."):
            for key, value in vars(module).items():
                if isinstance(value, (bytearray, array, list)):
                    out.update(buffers(value, f"{name}.{key}"))
    return out


def test_nothing_is_left_of_a_swipe():
    decoder = Decoder()
    seen = []
    for name, seed in (("mix bad T1", 1), ("lost 1.0%", 2), ("mix bad T3", 3), ("T2 20 ips", 4)):
        track, values = swipe(name, seed)
        decoder.decode_track(track, values, len(values))
        seen.append(left_over(decoder))
    assert sum(map(len, seen[0].values())) > MAX_INTERVALS, "the buffers were not found"
    fresh = left_over(Decoder())
    for state in seen:
        for path, content in state.items():
            assert content == fresh.get(path, content) == seen[0].get(path, content), path
            if isinstance(content, bytes) and path.startswith("decoder._"):
                assert not any(content) or content == fresh.get(path), path


@given(st.binary(max_size=400))
def test_nothing_is_left_of_any_input(data):
    before = left_over(DECODER)
    hostile.target(data, DECODER)
    after = left_over(DECODER)
    for path in before:
        assert after[path] == before[path], path


def test_the_walk_over_buffers_finds_a_leak():
    decoder = Decoder()
    before = left_over(decoder)
    path = next(path for path, content in before.items() if path.startswith("decoder."))
    thing = decoder
    for name in path.split(".")[1:]:
        thing = getattr(thing, name)
    thing[0] = 49
    assert left_over(decoder) != before


@pytest.mark.slow
@needs_atheris
def test_fuzz_guided_by_coverage(tmp_path, record_property):
    record_property("figures", f"atheris: {guided(_FUZZER, tmp_path, ATHERIS_RUNS)}")


@pytest.mark.slow
@needs_atheris
def test_a_planted_fault_is_found(tmp_path):
    finds_what_is_planted(_FUZZER, tmp_path)
