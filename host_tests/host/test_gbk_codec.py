# SPDX-License-Identifier: MIT
"""GBK against an independent codec: every code point, every code, and random texts."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.receipt import gbk

ROOT = Path(__file__).resolve().parents[2]


def _is_code(pair: bytes) -> bool:
    try:
        return len(pair.decode("gbk")) == 1
    except UnicodeDecodeError:
        return False


def _codes() -> list:
    pairs = (bytes((lead, trail)) for lead in range(0x80, 0x100) for trail in range(0x40, 0x100))
    return [pair for pair in pairs if _is_code(pair)]


def test_every_character_encodes_as_the_codec_does():
    texts = [code.decode("gbk") for code in _codes()] + [chr(c) for c in range(0x20, 0x7F)]
    assert len(texts) == 21791 + 95
    wrong = [text for text in texts if gbk.encode(text) != text.encode("gbk")]
    assert wrong == []


def test_what_the_codec_has_not_is_folded_or_unknown():
    table = gbk._open(str(Path(gbk.__file__).with_name("gbk.bin")))
    folds = {table[i] << 8 | table[i + 1] for i in range(45360, len(table), 6)}
    for point in [*range(0x7F, 0xD800), *range(0xE000, 0x11000)]:
        text = chr(point)
        try:
            text.encode("gbk")
        except UnicodeEncodeError:
            assert (gbk.encode(text) != b"\xa1\xfe") == (point in folds)
        else:
            assert point not in folds


def test_every_code_decodes_as_the_codec_does():
    wrong = [code for code in _codes() if gbk.decode(code) != code.decode("gbk")]
    assert wrong == []


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"))))
def test_bytes_are_printable_and_cells_count_them(text):
    code = gbk.encode(text)
    assert gbk.cells(text.encode()) == len(code)
    assert min(code, default=0x20) >= 0x20
    assert code.decode("gbk") == gbk.decode(code)


@given(st.binary())
def test_decode_never_fails(data):
    gbk.decode(data)


def test_table_is_up_to_date():
    script = ROOT / "tools" / "gen" / "gbk_table.py"
    assert subprocess.run([sys.executable, script, "--check"]).returncode == 0


@pytest.mark.parametrize("size", [0, 45360, 45365])
def test_table_of_a_wrong_size_is_refused(tmp_path, size):
    path = tmp_path / "gbk.bin"
    path.write_bytes(bytes(size))
    with pytest.raises(gbk.StoreError):
        gbk._open(str(path))
