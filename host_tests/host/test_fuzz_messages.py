# SPDX-License-Identifier: MIT
"""Fuzzed frames, fields and tags: own errors only, and no length takes memory past its limit.

hypothesis here and atheris (guided by coverage, `make test-full`) run the same target,
fakes/hostile_messages.py. A finding is added to FOUND and mended.
"""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acquirer_sim import spec
from acquirer_sim.core import Acquirer
from acquirer_sim.frame import MAX_FRAME_BYTES
from bench.message import bodies
from fakes import hostile_messages
from fakes.atheris_run import finds_what_is_planted, guided, needs_atheris
from fakes.mini_terminal import KINDS, NOW, TID, TMK, MiniTerminal
from pos.core.errors import KeyStoreError
from pos.iso8583.fields import LENGTH, SPECS

FOUND = (  # inputs that broke a promise once
    # a padded track in front of a field nobody knows: KeyError of the simulator's field table
    bytes.fromhex("05" + "0200" + "0000000020002000" + "0312D4" + "0000"),
)
BODIES = bodies()
READERS = range(len(hostile_messages.READERS))
PEAK_BYTES = 64 * 1024  # beside the input, for any reader: ours holds one frame and its fields
ATHERIS_RUNS = 30_000
_FUZZER = Path(__file__).with_name("atheris_messages.py")
_NAMED = sorted(n for n, flags in enumerate(SPECS) if flags)


def framed(body: bytes) -> bytes:
    payload = bytes.fromhex("6000030000603100311003") + body
    return len(payload).to_bytes(2, "big") + payload


@st.composite
def damaged(draw):
    """A stored message, as each reader wants it, with a few bytes changed and perhaps cut."""
    reader = draw(st.sampled_from(READERS))
    body = draw(st.sampled_from(BODIES))
    name = hostile_messages.READERS[reader].__name__
    if name in ("host", "tools", "exchange"):
        body = framed(body)
    raw = bytearray({"host": b"\x09", "exchange": b"\x07\x30"}.get(name, b"") + body)
    for _ in range(draw(st.integers(0, 3))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes([reader]) + bytes(raw[: draw(st.integers(1, len(raw)))])


@given(st.sampled_from(READERS), st.binary(max_size=400))
def test_any_bytes(reader, data):
    hostile_messages.target(bytes([reader]) + data)


@given(damaged())
def test_damaged_messages(data):
    hostile_messages.target(data)


@pytest.mark.parametrize("data", [b"", *FOUND])
def test_what_was_found_once(data):
    hostile_messages.target(data)


@pytest.mark.parametrize("body", BODIES)
def test_every_length_digit_of_every_message(body):
    """A length that says more than there is, or more than the table has, is an error at once."""
    for at in range(10, len(body)):
        for value in (0x99, 0xFF, 0x00):
            hostile_messages.decoding(body[:at] + bytes([value]) + body[at + 1 :])


def peak(work) -> int:
    """Return the most bytes that were alive at once while it worked."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def greedy(n: int) -> bytes:
    """A message with one field, all of whose length digits are nines, and a frame of bytes."""
    bitmap = bytearray(8)
    bitmap[(n - 1) // 8] = 0x80 >> (n - 1) % 8
    return b"\x02\x10" + bytes(bitmap) + b"\x99" * (MAX_FRAME_BYTES - 21)


@pytest.mark.parametrize("reader", READERS)
def test_no_length_takes_memory_past_its_limit(reader):
    call = hostile_messages.READERS[reader]
    inputs = [framed(greedy(n)) for n in _NAMED] + [greedy(n) for n in _NAMED]
    inputs += [b"\x09" + framed(BODIES[0]) * 400, b"\x07\xff" + b"\xff" * 70_000]
    call(inputs[0])  # imports
    for data in inputs:
        took = peak(lambda data=data: call(data))
        assert took <= PEAK_BYTES + 2 * len(data), (took, len(data))


def test_the_length_of_every_field_is_limited_by_the_table():
    for n in _NAMED:
        limit = SPECS[n] & LENGTH
        assert 0 < limit <= 999
        assert hostile_messages.decoding(greedy(n)) is None


class Numbers:
    """Hands out F62 of all kinds to a key store."""

    def __init__(self) -> None:
        from pos.crypto.kcv import tdes_kcv
        from pos.keystore.keystore import KeyStore

        self._blob = None
        self.keys = KeyStore(self, bytes(32), bytes)
        self.keys.inject_tmk(bytearray(TMK), tdes_kcv(TMK))

    def load(self) -> object:
        return self._blob

    def save(self, blob: bytes) -> None:
        self._blob = blob


@given(st.binary(max_size=130), st.sampled_from(["001", "003", "004", "005", "006"]))
def test_keys_of_a_sign_on_are_taken_or_refused(f62, variant):
    with pytest.raises(KeyStoreError):
        Numbers().keys.install_working(f62, variant)


TEXT = st.text(st.characters(max_codepoint=255), max_size=40)
DIGITS = st.text("0123456789", max_size=40)
SPOILT = {
    4: st.text("0123456789", min_size=12, max_size=12),
    37: st.text("0123456789 ", min_size=12, max_size=12),
    48: DIGITS | st.text("0123456789", min_size=82, max_size=82),
    54: st.text(st.characters(max_codepoint=255), max_size=20),
    59: TEXT,
    60: st.text("0123456789", max_size=17),
    61: st.text("0123456789", max_size=29),
    62: st.binary(max_size=60).map(lambda raw: raw.hex().upper()),
    63: TEXT,
}


@given(st.sampled_from(sorted(KINDS)), st.fixed_dictionaries({}, optional=SPOILT))
def test_the_simulator_answers_any_sub_fields(kind, spoilt):
    """Requests with a good MAC and sub-fields that nobody checked: an answer, never a crash."""
    acquirer = Acquirer(clock=lambda: NOW)
    try:
        acquirer.register(TID, TMK)
        terminal = MiniTerminal(acquirer)
        assert terminal.sign_on().code == "00"
        fields = {**terminal.fields(kind, 100), **spoilt}
        answer = terminal.exchange(KINDS[kind][0], fields, mac=True)
        assert len(answer.code) == 2
        for mti, code in (("0500", "201"), ("0320", "201"), ("0320", "202"), ("0800", "360"),
                          ("0800", "390"), ("0820", "362"), ("0820", "301")):  # fmt: skip
            asked = {11: terminal.next_stan(), 60: f"00{terminal.batch:06d}{code}", **spoilt}
            frame = terminal.frame(mti, {**asked, 60: f"00{terminal.batch:06d}{code}"}, False)
            (action,) = acquirer.handle(frame)
            assert action.kind == "send"
            spec.decode(action.data[13:])
    finally:
        acquirer.close()


@pytest.mark.slow
@needs_atheris
def test_fuzz_guided_by_coverage(tmp_path, record_property):
    record_property("figures", f"atheris, messages: {guided(_FUZZER, tmp_path, ATHERIS_RUNS)}")


@pytest.mark.slow
@needs_atheris
def test_a_planted_fault_is_found(tmp_path):
    finds_what_is_planted(_FUZZER, tmp_path)
