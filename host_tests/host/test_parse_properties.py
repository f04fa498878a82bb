# SPDX-License-Identifier: MIT
"""The full parsers on any text: fields that lie inside it, or CardError and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from pos.card import layout, parse, parse_fields, parse_service
from pos.core.errors import CardError

DIGITS = st.text("0123456789", max_size=30)
ALMOST_CARDS = st.builds(
    "{}{}{}{}{}{}?".format,
    st.sampled_from(["%B", "%A", "%", ";", ";99", ";01", ";636014", "+", "%CA", "%0", ""]),
    DIGITS,
    st.sampled_from(["=", "^", "==", "^^", "=156156", "^A/B^", ""]),
    st.text("0123456789=^/.$ AZ[#", max_size=60),
    st.sampled_from(["", "2912101", "=", "^"]),
    DIGITS,
)
ANY_TEXT = st.one_of(
    st.binary(max_size=120),
    ALMOST_CARDS.map(str.encode),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x5F), max_size=110).map(str.encode),
)


def check(track: int, text: bytes) -> None:
    got = parse.parse(track, text)
    assert bytes(got.text) == text and got.kind and len(set(got.names)) == len(got.names)
    for name in got.names:
        place = got.places[name]
        assert place is None or 1 <= place[0] <= place[1] <= len(text) - 1
    if got.kind.startswith("iso7813-") and got.kind != "iso7813-a":
        assert 13 <= sum(chr(c).isdigit() for c in got.get("pan")) <= 19
    parse_service.meanings((got.get("service") or b"").decode())


@given(st.integers(0, 4), ANY_TEXT)
def test_parse_gives_fields_or_its_own_error(track, text) -> None:
    try:
        check(track, text)
    except CardError as error:
        assert error.reason and error.reason.isascii()


@given(st.integers(0, 3), ANY_TEXT)
def test_reader_forms(hint, text) -> None:
    try:
        track, whole = parse.reader_form(text, hint)
    except CardError:
        return
    assert track in (1, 2, 3)
    try:
        check(track, bytes(whole))
    except CardError:
        pass


@given(st.lists(ANY_TEXT, max_size=3))
def test_lines_of_several_tracks(parts) -> None:
    try:
        tracks = parse.split(b"".join(parts))
    except CardError:
        return
    for track, text in tracks:
        assert track in (1, 2, 3) and text.endswith(b"?")


@given(ANY_TEXT)
def test_errors_carry_no_digits_of_the_card(text) -> None:
    try:
        flags = parse.parse(2, text).flags
    except CardError as error:
        flags = [error.reason]
    for flag in flags:
        assert sum(char.isdigit() for char in flag) <= 6  # an edition or a place


@given(st.from_regex(r"\A[0-9]{12,18}\Z"))
def test_luhn_has_one_right_digit(body) -> None:
    good = [d for d in "0123456789" if parse_fields.luhn((body + d).encode())]
    assert len(good) == 1


@given(st.sampled_from([b"%", b"%B", b";", b";59", b";99"]), ANY_TEXT)
def test_the_terminals_own_layouts_bear_any_text(start, text) -> None:
    whole = bytearray(start + text + b"?")
    for track in (1, 2, 3):
        fields = layout.PARSERS[track](whole)
        if fields is not None:
            assert 1 <= fields.pan_start <= fields.pan_end < len(whole)
            assert len(layout.pan_digits(whole, fields)) in (0, *range(13, 20))
            assert len(fields.expiry) in (0, 1, 4) and len(fields.service) in (0, 3)
