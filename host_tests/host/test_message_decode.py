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
    assert "  F3   processing code 交易处理码           000000" in lines
    assert "      60.1  22                function: sale" in lines
    assert "      6     0                 processing requirement: nothing" in lines
    assert lines[-1] == "  F64  MAC 报文鉴别码                       3237343032413743"
    lines = _decode(capsys, _SALE["hex"], "--lang", "zh").splitlines()
    assert "  F3   交易处理码 processing code           000000" in lines
    assert "      60.1  22                交易类型码: 消费" in lines


def test_gbk_text_and_text_that_is_none(capsys: pytest.CaptureFixture) -> None:
    def fields(hex63: str) -> dict:
        size = len(hex63) // 2
        message = f"02100000000000000002{size // 100:02d}{size % 100:02d}{hex63}"
        return json.loads(_decode(capsys, message, "--json"))["fields"]

    assert fields("435550" + "CFFBB7D1")["63"] == "CUP消费"
    assert fields("FFFE")["63"] == "FFFE"
    assert "\x1b" not in _decode(capsys, "0210000000000000000200021B63")


def _explained(capsys: pytest.CaptureFixture, name: str, *args: str) -> dict:
    """Return field -> {part: (value, meaning)} of a vector."""
    vector = next(vector for vector in _VECTORS if vector["name"] == name)
    shown = json.loads(_decode(capsys, vector["hex"], "--json", "--lang", "en", *args))
    assert list(shown) == ["length", "tpdu", "header", "mti", "fields", "explained"]
    return {
        key: [(part["part"], part["value"], part["means"]) for part in one["parts"]]
        for key, one in shown["explained"].items()
    }


def test_sub_fields_of_a_settlement(capsys: pytest.CaptureFixture) -> None:
    parts = _explained(capsys, "c_settlement_resp_unbalanced")["48"]
    assert len(parts) == 10
    assert sum(len(value) for _, value, _ in parts) == 62
    assert ("48.5", "2", "domestic card, result: unbalanced") in parts


def test_sub_fields_of_an_offline_sale(capsys: pytest.CaptureFixture) -> None:
    found = _explained(capsys, "c_offline_sale")
    assert ("60.1", "30", "function: offline sale") in found["60"]
    assert [part for part, _, _ in found["61"]][:4] == ["61.1", "61.2", "61.3", "61.4"]
    assert ("22.1", "01", "entry: manual") in found["22"]
    assert found["63"][0][0] == "63.1"
    assert found["2"] == found["14"] == []


def test_pans_of_a_batch_upload_are_masked_in_the_explanation(
    capsys: pytest.CaptureFixture,
) -> None:
    record = "00" + "000123" + "6200001234567892".rjust(20, "0") + "000000012850"
    details = "02" + record + record
    message = spec.encode("0320", {11: "000001", 48: details, 60: "00000001201"}).hex()
    for args in ((), ("--lang", "zh", "--json")):
        shown = _decode(capsys, message, *args)
        assert "6200001234567892" not in shown
        assert "620000******7892" in shown
        assert "000123" in shown
    assert _decode(capsys, message, "--clear").count("00006200001234567892") == 4


def test_a_pan_in_private_data_of_a_transfer_is_masked(capsys: pytest.CaptureFixture) -> None:
    message = spec.encode("0200", {3: "400000", 48: "6200001234567892".rjust(20, "0")}).hex()
    assert "6200001234567892" not in _decode(capsys, message)


def test_diff(capsys: pytest.CaptureFixture) -> None:
    other = _SALE["hex"].replace("000000012345", "000000012346")
    assert main(["message", "diff", _SALE["hex"], _SALE["hex"]]) == 0
    assert capsys.readouterr().out == "equal\n"
    assert main(["message", "diff", _SALE["hex"], other, "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "equal": False,
        "differences": [
            {"field": "4", "a": "000000012345", "b": "000000012346", "name": "amount"}
        ],
    }
    assert main(["message", "diff", _SALE["hex"], other, "--lang", "zh"]) == 1
    assert "交易金额" in capsys.readouterr().out


def test_diff_of_what_is_masked_and_of_what_is_not_there(capsys: pytest.CaptureFixture) -> None:
    first = spec.encode("0200", {2: "6200001234567892", 3: "000000"}).hex()
    second = spec.encode("0210", {2: "6200001234507892", 39: "00"}).hex()
    assert main(["message", "diff", first, second]) == 1
    shown = capsys.readouterr().out
    assert "differs where it is masked" in shown
    assert "123456" not in shown
    assert main(["message", "diff", first, second, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["differences"]
    assert [one["field"] for one in found] == ["mti", "2", "3", "39"]
    assert [one["a"] is None for one in found] == [False, False, False, True]


def test_diff_of_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    file = tmp_path / "two.hex"
    file.write_text(_SALE["hex"] + "\n" + _SALE["hex"])
    for second, said in ((str(file), "B: 2 messages"), ("0200", "B: "), ("zz", "B: zz: no such")):
        assert main(["message", "diff", _SALE["hex"], second]) == 2
        assert said in capsys.readouterr().err


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
