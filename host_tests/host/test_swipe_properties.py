# SPDX-License-Identifier: MIT
"""Properties of the card decoder: what was written is read, and nothing else ever is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pos.card.flux import Decoder
from pos.card.reader import read_card
from posctl.swipe import synth

DECODER = Decoder()
PANS = st.from_regex(r"[0-9]{13,19}", fullmatch=True)
DATES = st.builds("{:02d}{:02d}".format, st.integers(0, 99), st.integers(1, 12))
TRACK2 = st.builds(
    ";{}={}{}{}?".format,
    PANS,
    DATES,
    st.from_regex(r"[1-9][0-9]{2}", fullmatch=True),
    st.from_regex(r"[0-9]{0,10}", fullmatch=True),
)
TRACK1 = st.builds(
    "%B{}^{}^{}101{}?".format,
    PANS,
    st.from_regex(r"[A-Z /.]{2,26}", fullmatch=True),
    DATES,
    st.from_regex(r"[0-9]{0,20}", fullmatch=True),
)
TRACK3 = st.builds(
    ";99{}=156156{}=0=0={}?".format,
    PANS,
    st.from_regex(r"[0-9]{20,40}", fullmatch=True),
    st.from_regex(r"[0-9]{0,15}", fullmatch=True),
)
CARD_TEXTS = st.one_of(
    st.tuples(st.just(1), TRACK1), st.tuples(st.just(2), TRACK2), st.tuples(st.just(3), TRACK3)
)
SPEEDS = st.one_of(
    st.floats(5, 60),
    st.lists(st.floats(5, 40), min_size=2, max_size=2).filter(lambda v: 0.25 <= v[0] / v[1] <= 4),
)


@given(CARD_TEXTS, SPEEDS, st.booleans(), st.floats(0, 0.08), st.integers(0, 10**6))
def test_what_is_written_is_read(card, speed, reverse, jitter, seed) -> None:
    track, text = card
    intervals = synth.flux(text, track, speed, reverse, jitter, seed, asymmetry=0.02)
    read = DECODER.decode_track(track, intervals, len(intervals))
    assert (read.status, read.reason) == ("ok", None)
    assert read.text.decode() == text
    assert read.direction == ("reverse" if reverse else "forward")


@given(st.lists(st.lists(st.integers(0, 0xFFFF), max_size=300), min_size=3, max_size=3))
def test_noise_is_never_a_card(fluxes) -> None:
    swipe = read_card([(values, len(values)) for values in fluxes], DECODER)
    assert not swipe.accepted
    for read in swipe.tracks.values():
        assert read.status in ("absent", "bad") and read.text is None


def with_wrong_bits(text, places) -> bytearray:
    bits = synth.stripe_bits(text, 2)
    for place in places:
        bits[22 + place] ^= 1
    return bits


@given(TRACK2, st.lists(st.integers(0, 199), min_size=1, max_size=3, unique=True))
def test_up_to_three_wrong_bits_are_never_another_text(text, places) -> None:
    bits = with_wrong_bits(text, places)
    read = DECODER.decode_bits(2, bits, len(bits))
    assert read.text is None or read.text.decode() == text


@given(TRACK2, st.lists(st.integers(0, 199), min_size=1, max_size=2, unique=True))
def test_up_to_two_wrong_bits_in_flux_are_never_another_text(text, places) -> None:
    """Parity and LRC make texts differ in four bits: who repairs one can notice two, not three."""
    intervals = synth.flux_of_bits(with_wrong_bits(text, places), jitter=0.02)
    read = DECODER.decode_track(2, intervals, len(intervals))
    assert read.text is None or read.text.decode() == text


@given(
    CARD_TEXTS,
    SPEEDS,
    st.floats(0.1, 0.4),
    st.floats(0, 0.3),
    st.sampled_from([0.0, 0.002, 0.01]),
    st.sampled_from([0.0, 0.002, 0.01]),
    st.integers(0, 10**6),
)
def test_ruined_swipes_are_read_right_or_not_at_all(
    card, speed, jitter, asymmetry, lost, spurious, seed
) -> None:
    track, text = card
    intervals = synth.flux(
        text, track, speed, False, jitter, seed, asymmetry, lost=lost, spurious=spurious
    )
    read = DECODER.decode_track(track, intervals, len(intervals))
    assert read.text is None or read.text.decode() == text
    assert (read.status == "ok") == (read.text is not None) == (read.reason is None)


@given(
    st.lists(
        st.one_of(st.sampled_from([0, 1, 300, 600, 65535]), st.integers(0, 0xFFFF)),
        max_size=400,
    ),
    st.integers(1, 3),
)
@settings(max_examples=20, deadline=None)
def test_fuzzed_flux_ends_without_an_exception(values, track) -> None:
    lead = [600] * 20  # so that the clock locks and the search is reached
    read = DECODER.decode_track(track, lead + values, len(lead) + len(values))
    assert read.status in ("ok", "absent", "bad")
    assert (read.status == "ok") == (read.text is not None)
