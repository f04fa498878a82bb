# SPDX-License-Identifier: MIT
"""`posctl receipt`: the printer of the host against bytes written out by hand; its refusals."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from fakes.slip_cases import CASES, from_text, golden
from posctl.cmd_receipt import app
from posctl.errors import ToolError
from posctl.receipt import render_png, render_text
from posctl.receipt.interpreter import interpret
from posctl.receipt.paper import Cut, Feed, Line, Raster, Symbol

ON = b"\x1b@\x1c&"
INK = (38, 38, 44)


def _golden(name):
    return from_text(golden(name), lambda text: text.encode("gbk"))


def test_golden_slips_read_as_the_samples_do():
    text = render_text(_golden("sale_merchant"))
    assert text.startswith("           POS签购单\n商户存根 MERCHANT COPY\n" + "-" * 32)
    assert "\n终端编号(TERMINAL NO):  12345678\n" in text
    assert text.endswith("\n客服热线:400-000-0000     V0.1.0\n")
    assert "\n消费/SALE         43    6,582.20\n" in render_text(_golden("settlement"))


@pytest.mark.parametrize("name", [name for name, _ in CASES])
def test_golden_slips_never_wrap_on_their_paper(name):
    data = _golden(name)
    columns = 48 if "80mm" in name else 32
    lines = [item for item in interpret(data, columns) if isinstance(item, Line)]
    assert len(lines) == data.count(b"\n")


def test_what_does_not_fit_wraps_as_on_paper():
    assert render_text(ON + b"A" * 33 + b"\n") == "A" * 32 + "\nA\n"
    assert render_text(ON + b"A" * 31 + "一\n".encode("gbk")) == "A" * 31 + "\n一\n"
    wide = ON + b"\x1d!\x10" + "一二三四五六七八九\n".encode("gbk")
    assert render_text(wide) == "一  二  三  四  五  六  七  八\n九\n"


def test_chinese_mode_must_be_switched_on():
    assert render_text("一".encode("gbk")) == "\ufffd\ufffd\n"
    assert render_text(ON + "一".encode("gbk")) == "一\n"
    assert render_text(ON + b"\x1c.\xd2\xbb") == "\ufffd\ufffd\n"


def test_alignment_only_at_the_start_of_a_line():
    data = ON + b"\x1ba\x01mid\n\x1ba\x02end\nnot\x1ba\x00moved\n\x1ba0left\n"
    assert render_text(data, 16) == f"      mid\n{'end':>16}\n{'notmoved':>16}\nleft\n"


def test_styles():
    data = ON + b"\x1bE\x01a\x1bE\x00\x1d!\x11b\x1d!\x00\x1b!\x98c\x1b!\x00\x1b-\x01d"
    glyphs = interpret(data)[0].glyphs
    assert [(g.char, g.width, g.height, g.bold, g.underline) for g in glyphs] == [
        ("a", 1, 1, True, False),
        ("b", 2, 2, False, False),
        ("c", 1, 2, True, True),
        ("d", 1, 1, False, True),
    ]


def test_hanzi_mode_is_for_hanzi_only():
    glyphs = interpret(ON + b"\x1c!\x0c\xd2\xbbA")[0].glyphs
    assert [(g.width, g.height) for g in glyphs] == [(2, 2), (1, 1)]


def test_feeds_and_cuts():
    assert interpret(ON + b"\x1bd\x04\x1bJ\x3c\x1dV\x00\x1dVB\x1e\x1bi") == [
        Feed(120, 4),
        Feed(60, 2),
        Cut(),
        Feed(30, 1),
        Cut(),
        Cut(),
    ]
    assert render_text(ON + b"a\x1bd\x03b\n") == "a\n\n\nb\n"
    assert render_text(ON + b"a\x1dr\x01\n") == "a\n"


def test_raster_and_symbols():
    raster = b"\x1dv0\x03\x01\x00\x02\x00\xff\x81"
    qr = b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x04\x1d(k\x03\x001E1"
    qr += b"\x1d(k\x05\x001P0hi\x1d(k\x03\x001Q0"
    barcode = b"\x1dh\x50\x1dw\x02\x1dkI\x04{B12"
    items = interpret(ON + b"\x1ba\x01" + raster + qr + barcode)
    assert items == [
        Raster(1, 2, b"\xff\x81", (2, 2), "centre"),
        Symbol("QR", "hi", "M", 4, "centre"),
        Symbol("barcode", "{B12", align="centre"),
    ]
    assert render_text(ON + raster + qr) == "[image 8x2]\n[QR: hi]\n"


@pytest.mark.parametrize(
    "data, words",
    [
        (b"\x1bz", "offset 4: unknown command 1b 7a"),
        (b"a\x00", "offset 5: unknown command 00"),
        (b"\x1b", "offset 4: unknown command 1b"),
        (b"\x1bd", "1 bytes wanted, 0 follow"),
        (b"\xd2", "second byte of a hanzi"),
        (b"\x1dv0\x00\x01\x00\x03\x00\xff\xff", "picture of 8x3 dots: 3 bytes wanted, 2 follow"),
        (b"\x1d(k\x02\x001C", "GS ( k without its value"),
        (b"\x1d(k\x03\x001Q0", "QR code printed before it was stored"),
        (b"\x1dk\x04abc", "barcode without its final NUL"),
        (b"\x1ba\x07", "alignment 7"),
    ],
)
def test_what_a_printer_would_misread_is_refused(data, words):
    with pytest.raises(ToolError) as caught:
        interpret(ON + data)
    assert words in str(caught.value)


@given(st.binary(max_size=80))
@example(b"\x1d(k\x03\x001Q0")
def test_any_bytes_give_paper_or_a_tool_error(data):
    render_text(ON + data)
    try:
        interpret(ON + data)
    except ToolError:
        pass


def test_a_broken_slip_shows_as_the_printer_leaves_it():
    whole = _golden("sale_merchant")
    for end in range(len(whole)):
        lines = render_text(whole[:end]).splitlines()
        assert lines[:-1] == render_text(whole).splitlines()[: len(lines) - 1]
    assert render_text(ON + b"a\x1bzb\x00\n") == "a\ufffdzb\ufffd\n"
    assert render_text(ON + b"ab\x1dv0\x00\x01\x00\x02\x00\xff") == "ab\n"


def test_png_has_the_dots(tmp_path):
    path = tmp_path / "slip.png"
    square = b"\x1dv0\x00\x01\x00\x08\x00" + b"\xff" * 8
    render_png(ON + square + b"\x1ba\x02\xd2\xbb\n", path)
    picture = Image.open(path)
    assert picture.size == (384 + 2 * (40 + 16), 8 + 30 + 2 * 40 + 2 * 8 + 2 * 16)
    left, top = 16 + 40, 16 + 8 + 40
    black = [(x, y) for x in range(384) for y in range(38) if _dot(picture, left + x, top + y)]
    assert {(x, y) for x in range(8) for y in range(8)} <= set(black)
    hanzi = [(x, y) for x, y in black if y >= 8]
    assert min(x for x, _ in hanzi) >= 360 and max(y for _, y in hanzi) < 8 + 24
    assert max(x for x, _ in hanzi) - min(x for x, _ in hanzi) > 15  # 一 is a long stroke


def _dot(picture, x, y):
    return picture.getpixel((x, y)) == INK


def test_png_of_both_papers_and_a_qr_code(tmp_path):
    qr = b"\x1d(k\x05\x001P0hi\x1d(k\x03\x001Q0"
    for width in (384, 576):
        render_png(_golden("sale_80mm") + qr, tmp_path / "slip.png", width)
        assert Image.open(tmp_path / "slip.png").width == width + 112


def test_png_refuses_what_it_cannot_draw_or_write(tmp_path):
    with pytest.raises(ToolError, match="mm of paper"):
        render_png(ON + b"\x1bd\xff" * 20, tmp_path / "slip.png")
    with pytest.raises(ToolError, match="QR code"):
        large = b"\x1d(k\xb0\x0f1P0" + b"x" * 4013 + b"\x1d(k\x03\x001Q0"
        render_png(ON + large, tmp_path / "slip.png")
    with pytest.raises(ToolError, match="no/slip.png"):
        render_png(ON + b"a\n", tmp_path / "no" / "slip.png")


def _show(*args):
    return CliRunner().invoke(app, ["show", *map(str, args)])


def test_show(tmp_path):
    (tmp_path / "slip.bin").write_bytes(_golden("fault"))
    done = _show(tmp_path / "slip.bin", "--png", tmp_path / "slip.png")
    assert done.exit_code == 0
    assert done.stdout == render_text(_golden("fault"))
    assert Image.open(tmp_path / "slip.png").format == "PNG"


def test_show_json(tmp_path):
    (tmp_path / "slip.bin").write_bytes(_golden("sale_80mm"))
    shown = json.loads(_show(tmp_path / "slip.bin", "--columns", 48, "--json").stdout)
    assert shown["columns"] == 48
    first = {"align": "left", "bold": True, "width": 1, "height": 2}
    assert shown["items"][0] == {"kind": "line", "text": " " * 19 + "POS签购单", **first}
    assert shown["items"][-1]["kind"] == "feed"


def test_show_refuses_bad_input(tmp_path):
    empty = tmp_path / "empty.bin"
    empty.write_bytes(b"")
    bad = tmp_path / "bad.bin"
    bad.write_bytes(b"\x1bz")
    for args in ((tmp_path / "none.bin",), (tmp_path,), (empty,), (bad,), (bad, "--columns", 40)):
        assert isinstance(_show(*args).exception, ToolError)
