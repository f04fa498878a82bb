# SPDX-License-Identifier: MIT
"""The message bench: the codecs do the same work, the figure is judged rightly, it runs."""

import pytest

from bench import message, message_codecs
from bench.message_codecs import BOTH, OURS, PYISO

SAMPLES = [message_codecs.sample(body) for body in message.bodies()]
MOST_BYTES = 6000  # allocated for any message of the vectors, on 64 bits


def test_the_codecs_read_the_same_in_every_message():
    assert len(SAMPLES) == 58
    for one in SAMPLES:
        assert sorted(one.fields) == sorted(one.values)
        assert len(one.packed) > 10


def test_a_message_that_is_read_differently_is_refused(monkeypatch):
    body = SAMPLES[0].body
    monkeypatch.setattr(message_codecs.codec.Message, "get", lambda self, n: b"1")
    with pytest.raises(ValueError, match="do not agree"):
        message_codecs.sample(body)


@pytest.mark.parametrize(("theirs", "good"), [(2.0, True), (1.99, False)])
def test_verdict(theirs, good):
    found, text = message.verdict({(BOTH, OURS): 1.0, (BOTH, PYISO): theirs})
    assert found is good
    assert f"{theirs:.2f} x pyiso8583" in text
    assert ("wiped" in text) is not good


def test_every_case_runs():
    times = message_codecs.measure(SAMPLES[:4], repeats=1)
    assert len(times) == 10
    assert all(seconds > 0 for seconds in times.values())
    assert message.speed_table(times).row_count == 4


def test_what_a_message_takes_of_the_terminals_heap():
    taken = message.device([one.body for one in SAMPLES])
    assert len(taken["costs"]) == 58
    for decoding, values, encoding in taken["costs"]:
        assert 0 < decoding < values <= MOST_BYTES
        assert 0 < encoding <= MOST_BYTES
    assert message.heap_table(taken).row_count == 3
