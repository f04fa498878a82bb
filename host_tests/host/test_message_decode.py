# SPDX-License-Identifier: MIT
"""`posctl message decode`: the JSON shape of DESIGN.md 6, every frame form, masking, bad input."""

import json
from itertools import product
from pathlib import Path

import pytest

from acquirer_sim import spec
from posctl.cli import main
from vectors_io import load

_VECTORS = [*load("8583_messages.json"), *load("8583_computed.json")]
_SALE = next(vector for vector in _VECTORS if vector["name"] == "c_sale_req_mag_pin")
_SECRETS = ("1234567892", "30121201234567890123", "44DB4B7A49EC5BCE", "2187BD38351A17C6")


def _listed(vector: dict) -> dict:
    """What `--json --clear` prints for a vector."""
    return {
        "length": vector["length_field"],
        "tpdu": vector["tpdu"],
        "header": vector["header"],
        "mti": vector["mti"],
        "fields": vector["fields"],
    }


def _decode(capsys: pytest.CaptureFixture, *args: str) -> str:
    assert main(["message", "decode", *args]) == 0
    return capsys.readouterr().out


def _error(capsys: pytest.CaptureFixture, *args: str) -> str:
    assert main(["message", "decode", *args]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: vector["name"])
def test_vectors(vector: dict, capsys: pytest.CaptureFixture) -> None:
    assert json.loads(_decode(capsys, vector["hex"], "--json", "--clear")) == _listed(vector)


def test_a_file_of_lines(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    file = tmp_path / "all.hex"
    lines = [" ".join(vector["hex"][i : i + 64] for i in range(0, len(vector["hex"]), 64))
             for vector in _VECTORS]  # fmt: skip
    file.write_text("# all vectors\n\n" + "\n".join(lines) + "\n")
    shown = _decode(capsys, str(file), "--json", "--clear").splitlines()
    assert [json.loads(line) for line in shown] == [_listed(vector) for vector in _VECTORS]


def test_a_file_of_raw_bytes(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    file = tmp_path / "one.bin"
    file.write_bytes(bytes.fromhex(_SALE["hex"]))
    assert json.loads(_decode(capsys, str(file), "--json", "--clear")) == _listed(_SALE)


def test_every_form_of_every_vector(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    wanted, lines = [], []
    for vector, form in product(_VECTORS, product((0, 1), repeat=3)):
        body = vector["hex"]
        for key, size in (("length_field", 4), ("tpdu", 10), ("header", 12)):
            body = body[size:] if vector[key] is not None else body
        tpdu = "6000030000" if form[1] else None
        header = "603100311003" if form[2] else None
        rest = (tpdu or "") + (header or "") + body
        length = len(rest) // 2 if form[0] else None
        lines.append((f"{length:04X}" if length else "") + rest)
        wanted.append({**_listed(vector), "length": length, "tpdu": tpdu, "header": header})
    file = tmp_path / "forms.hex"
    file.write_text("\n".join(lines))
    shown = _decode(capsys, str(file), "--json", "--clear").splitlines()
    assert [json.loads(line) for line in shown] == wanted


def test_masked_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    file = tmp_path / "all.hex"
    file.write_text("\n".join(vector["hex"] for vector in _VECTORS))
    for option in ("--json", None):
        shown = _decode(capsys, str(file), *([option] if option else []))
        assert not [secret for secret in _SECRETS if secret in shown]
        assert "620000******7892" in shown
    clear = _decode(capsys, str(file), "--clear")
    assert [secret for secret in _SECRETS if secret in clear] == list(_SECRETS)


def test_text_form(capsys: pytest.CaptureFixture) -> None:
    lines = _decode(capsys, _SALE["hex"]).splitlines()
    assert lines[0] == "0200  length 116  tpdu 6000030000  header 603100311100"
    assert lines[1] == "  F3   processing code        000000"
    assert lines[-1] == "  F64  MAC                    3237343032413743"


def test_gbk_text_and_text_that_is_none(capsys: pytest.CaptureFixture) -> None:
    def fields(hex63: str) -> dict:
        size = len(hex63) // 2
        message = f"02100000000000000002{size // 100:02d}{size % 100:02d}{hex63}"
        return json.loads(_decode(capsys, message, "--json"))["fields"]

    assert fields("435550" + "CFFBB7D1")["63"] == "CUP消费"
    assert fields("FFFE")["63"] == "FFFE"
    assert "\x1b" not in _decode(capsys, "0210000000000000000200021B63")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("123", "odd number"),
        ("zz", "no such file"),
        ("00", "no MTI"),
        ("0200" + "00" * 7, "shorter than"),
        ("0200" + "8000000000000000", "F1: a second bitmap"),
        ("0200" + "0800000000000000" + "00", "F5: not in the table"),
        ("0200" + "2000000000000000" + "0000", "F3: cut short"),
        (_SALE["hex"][:-2], "length prefix says 116, 115 bytes follow"),
        (_SALE["hex"] + "00", "length prefix says 116, 117 bytes follow"),
        (_SALE["hex"][4:-2], "F64: cut short"),
        (_SALE["hex"][4:] + "00", "F0: 1 bytes after the last field"),
        ("0073" + _SALE["hex"][4:-2], "F64: cut short"),
    ],
)
def test_bad_input(text: str, said: str, capsys: pytest.CaptureFixture) -> None:
    assert said in _error(capsys, text)


def test_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert "no such file" in _error(capsys, str(tmp_path / "absent.hex"))
    file = tmp_path / "some.hex"
    file.write_text(_SALE["hex"] + "\n" + _SALE["hex"][:-2] + "\n")
    assert "line 2: length prefix says" in _error(capsys, str(file))
    file.write_text(_SALE["hex"] + "\n12g4\n")
    assert "line 2: character 3 is no hex digit" in _error(capsys, str(file))
    file.write_bytes(b"")
    assert "empty" in _error(capsys, str(file))
    file.write_bytes(bytes(50))
    assert "no MTI" in _error(capsys, str(file))


_BLOCK = "B0A1B0A1B0A1B0A1B0A1B0A1B0A1B0A1"  # spells hanzi in GBK


def _sm4_sale(extension: bytes) -> str:
    fields = {3: "000000", 11: "000001", 35: "6200001234567892D301BA14425E725753A03"}
    fields.update({41: "12345678", 52: "0" * 16, 53: "2310000000000000"})
    fields[59] = extension.decode("latin-1")
    return "6000030000603100311003" + spec.encode("0200", fields).hex()


def test_the_pin_block_of_sm4_is_masked(capsys: pytest.CaptureFixture) -> None:
    sale = _sm4_sale(b"A1016" + bytes.fromhex(_BLOCK) + b"A3003abc")
    for more in ([], ["--json"]):
        shown = _decode(capsys, sale, *more)
        for secret in (_BLOCK, "\u554a", "A1016", "6200001234567892", "BA14425E"):
            assert secret not in shown
        assert "*" * 29 in shown  # F59
        assert "*" * 37 in shown  # the track, encrypted or not


@pytest.mark.parametrize(
    ("extension", "shown"),
    [
        (b"A1016" + bytes.fromhex(_BLOCK) + b"A3003abc", "A1016" + _BLOCK + "A3003abc"),
        (b"A1016" + bytes.fromhex(_BLOCK)[:9], "A1016" + _BLOCK[:18]),  # cut short
        (b"A2006" + "金额".encode("gbk") + b"ab", "A2006金额ab"),
    ],
)
def test_the_pin_block_of_sm4_in_clear_form(extension, shown, capsys) -> None:
    found = json.loads(_decode(capsys, _sm4_sale(extension), "--json", "--clear"))["fields"]
    assert found["59"] == shown
    assert found["35"] == "6200001234567892D301BA14425E725753A03"
