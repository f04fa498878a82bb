# SPDX-License-Identifier: MIT
"""Properties of slips: no line is wider than its paper, nothing is lost, goldens are true GBK."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.slip_cases import CASES, NOW, Report, deal, from_text, golden, profile
from pos.receipt import gbk, slips
from pos.receipt.errors import LayoutError
from pos.receipt.layout import Sheet

SLIPS = Path(__file__).resolve().parents[1] / "vectors" / "slips"
WORDS = st.text(st.sampled_from("测试店，。：）(A1b ¥€—😀\u00a0"), max_size=60)
COLUMNS = st.sampled_from((16, 24, 32, 48))


def _cells(data: bytes) -> list[int]:
    """Width of every line, commands taken off."""
    for command in (b"\x1b@\x1c&", b"\x1d!\x01\x1bE\x01", b"\x1d!\x00\x1bE\x00", b"\x1bd\x04"):
        data = data.replace(command, b"")
    return [len(line) for line in data.split(b"\n")]


@given(WORDS, COLUMNS, st.integers(0, 4))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text, columns, indent):
    sheet = Sheet(columns)
    sheet.wrap(text, indent)
    data = sheet.take()
    assert max(_cells(data)) <= columns
    lines = data.decode("gbk").split("\n")
    assert "".join(lines).replace(" ", "") == gbk.encode(text).decode("gbk").replace(" ", "")


@given(WORDS, WORDS, COLUMNS)
def test_pairs_fit(label, value, columns):
    sheet = Sheet(columns)
    sheet.pair(label, value)
    assert max(_cells(sheet.take())) <= columns


@given(st.lists(WORDS, min_size=3, max_size=3), st.booleans())
def test_rows_fit_or_are_refused(texts, right):
    sheet = Sheet(32)
    try:
        sheet.row(tuple(texts), (14, -6, -12) if right else (8, 4, 20))
    except LayoutError:
        assert max(gbk.cells(text.encode()) for text in texts) > 32
    else:
        assert max(_cells(sheet.take())) <= 32


_ANY = st.text(max_size=40)


@given(
    name=_ANY,
    issuer=_ANY,
    hotline=st.text(max_size=20),
    amount=st.integers(1, 999999999999),
    columns=st.sampled_from((32, 48)),
    reprint=st.integers(0, 99999),
)
def test_sale_slip_fits_whatever_it_is_given(name, issuer, hotline, amount, columns, reprint):
    shop = profile(merchant_name=name, hotline=hotline, test_mode=True)
    sale = deal(issuer=issuer, amount_minor=amount, scheme="VIS", response="A2")
    data = slips.sale_slip(sale, shop, 1, 3, reprint, NOW, columns)
    assert max(_cells(data)) <= columns


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 10**15)), min_size=4, max_size=4))
def test_settlement_slip_fits_and_carries_every_number(sums):
    report = Report(unresolved=sums[0], pending=sums[1])
    totals = report.totals
    totals.debit_count, totals.debit_minor = sums[2]
    totals.foreign_credit_count, totals.foreign_credit_minor = sums[3]
    data = slips.settlement_slip(report, profile())
    assert max(_cells(data)) <= 32
    for count, minor in sums:
        assert str(count).encode() in data
        assert f"{minor // 100:,}.{minor % 100:02d}".encode() in data


def test_every_golden_slip_has_a_case_and_true_gbk():
    names = {name for name, _ in CASES}
    assert {path.stem for path in SLIPS.glob("*.txt")} == names
    for name in names:
        assert from_text(golden(name), gbk.encode) == from_text(
            golden(name), lambda text: text.encode("gbk")
        )


@pytest.mark.parametrize("name, build", CASES)
def test_no_whole_pan_and_no_expiry_on_paper(name, build):
    text = build().decode("gbk")
    assert "2912" not in text
    digits = "".join(c if c.isdigit() else " " for c in text).split()
    assert max((len(run) for run in digits if run != "898310054110001"), default=0) <= 12
