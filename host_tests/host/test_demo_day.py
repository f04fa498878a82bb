# SPDX-License-Identifier: MIT
"""The demo, whole: all agree, everything happened, and no card data is in what it wrote."""

import json
from pathlib import Path

import pytest

from posctl import cli
from posctl.demo import day
from posctl.demo.programs import posctl
from posctl.demo.run import clear
from posctl.errors import ToolError

_LIMIT_S = 120


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> tuple:
    """Run the demo once: its folder and the lines it wrote."""
    out = tmp_path_factory.mktemp("demo") / "out"
    with pytest.MonkeyPatch.context() as patch:
        lines: list = []
        patch.setattr("posctl.cmd_demo.JsonLines", lambda file: lines.append)
        assert cli.main(["demo", "--out", str(out), "--json"]) == 0
    return out, lines


def test_the_three_agree_and_it_was_quick(demo) -> None:
    report = demo[1][-1]
    assert report["ev"] == "reconciliation"
    assert report["agrees"] is True
    assert report["problems"] == []
    steps = [event for event in demo[1] if event["ev"] == "step"]
    assert steps[-1]["seconds"] < _LIMIT_S


def test_all_that_a_day_must_have_happened(demo) -> None:
    events = demo[1]
    deals = [row["terminal"] for row in events[-1]["transactions"]]
    told = [(deal["type"], deal["state"], deal["response"]) for deal in deals]
    assert told.count(("sale", "approved", "00")) == 5
    assert told.count(("sale", "declined", "51")) == 1
    assert [(kind, state) for kind, state, _ in told].count(("sale", "reversed")) == 2
    assert told.count(("sale", "voided", "00")) == 1
    assert told.count(("void", "approved", "00")) == 1
    screens = [event["id"] for event in events if event["ev"] == "screen"]
    for screen in ("signon", "outcome.unknown", "outcome.declined", "settle.done"):
        assert screen in screens
    assert [event["ev"] for event in events].count("cut") == 1
    batches = {row["batch"]: row for row in events[-1]["totals"]}
    assert batches["000001"]["acquirer"]["debit_count"] == 6


def test_every_slip_is_there_as_bytes_text_and_picture(demo) -> None:
    slips = demo[0] / "slips"
    stems = sorted(path.stem for path in slips.glob("*.bin"))
    assert len(stems) == 2 * 7 + 2  # two copies a deal, settlement, transaction list
    for stem in stems:
        assert (slips / f"{stem}.txt").stat().st_size
        assert (slips / f"{stem}.png").read_bytes().startswith(b"\x89PNG")


def test_no_card_data_in_anything_the_demo_wrote(demo) -> None:
    out, lines = demo
    cards = posctl("acquirer", "cards", "--db", str(out / "acquirer.db"))["cards"]
    canaries = [form for card in cards for form in _forms(card)]
    files = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    files[Path("stdout")] = json.dumps(lines, ensure_ascii=False).encode()
    assert len(files) > 50
    found = [(path, at) for path, data in files.items() for at in canaries if at in data]
    assert found == []


def _forms(card: dict) -> list:
    """A card's PAN and tracks as text, as hex of text, and packed."""
    pan = card["pan"]
    packed = bytes.fromhex(pan + "0" * (len(pan) % 2)), bytes.fromhex("0" * (len(pan) % 2) + pan)
    tail = card["tracks"]["2"].split("=")[1].rstrip("?")
    texts = [pan, f"={tail}", f"^{tail}", f"D{tail}"]
    return [*(text.encode() for text in texts), pan.encode().hex().encode(), *packed]


def test_only_an_earlier_demo_is_deleted(tmp_path: Path) -> None:
    out = tmp_path / "out"
    clear(out)
    (out / "slips").mkdir()
    (out / "slips" / "001.txt").write_text("old")
    clear(out)
    assert not (out / "slips").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("dear")
    with pytest.raises(ToolError, match="is not empty, and not from an earlier demo"):
        clear(mine)
    with pytest.raises(ToolError, match="is not a folder"):
        clear(mine / "thesis.txt")
    assert (mine / "thesis.txt").read_text() == "dear"


def test_the_first_card_of_a_kind_is_taken() -> None:
    cards = [{"kind": "rich", "pan": "1"}, {"kind": "foreign", "pan": "2"}, {"kind": "rich"}]
    assert day.by_kind(cards) == {"rich": cards[0], "foreign": cards[1]}
