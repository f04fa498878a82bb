# SPDX-License-Identifier: MIT
"""The simulator's field table, framing and cryptography against the published vectors."""

import pytest

from acquirer_sim import crypto, frame, spec
from acquirer_sim.errors import FrameError
from vectors_io import load

MESSAGES = load("8583_messages.json") + load("8583_computed.json")
CRYPTO = {vector["name"]: vector for vector in load("crypto.json")}


def body_of(vector: dict) -> bytes:
    raw = bytes.fromhex(vector["hex"])
    skip = 2 if vector.get("length_field") else 0
    skip += 5 if vector.get("tpdu") else 0
    skip += 6 if vector.get("header") else 0
    return raw[skip:]


@pytest.mark.parametrize("vector", MESSAGES, ids=lambda vector: vector["name"])
def test_vectors_decode_and_encode(vector):
    body = body_of(vector)
    mti, fields = spec.decode(body)
    assert mti == vector["mti"]
    text = {str(number): value for number, value in fields.items()}
    assert text == vector["fields"]
    assert spec.encode(mti, fields) == body


def test_any_pad_nibble_of_a_track_is_accepted():
    body = bytearray(body_of(next(v for v in MESSAGES if v["name"] == "c_sale_req_mag_pin")))
    fields = spec.decode(bytes(body))[1]
    place = body.index(bytes.fromhex(fields[35][:-1]))
    body[place + 18] |= 0x0F
    assert spec.decode(bytes(body))[1] == fields


@pytest.mark.parametrize(
    "body",
    [
        "0200",
        "02000000000000000000FF",
        "02008000000000000000",  # bit 1
        "02000000000000000001",  # field 64 missing
        "0200100000000000000000000000001A",  # field 4 not decimal
        "02A00000000000000000",
    ],
)
def test_no_message(body):
    with pytest.raises(FrameError):
        spec.decode(bytes.fromhex(body))


def test_every_cut_and_every_flipped_bit_of_a_frame_is_a_frame_or_a_frame_error():
    vector = next(v for v in MESSAGES if v["name"] == "c_sale_req_mag_pin")
    raw = bytes.fromhex(vector["hex"])
    for cut in range(len(raw)):
        with pytest.raises(FrameError):
            frame.Request(raw[:cut])
    for bit in range(len(raw) * 8):
        spoilt = bytearray(raw)
        spoilt[bit // 8] ^= 1 << bit % 8
        try:
            frame.Request(bytes(spoilt))
        except FrameError:
            pass  # either outcome is right, any other error fails the test


def test_reader_gives_whole_frames_from_any_pieces():
    raw = bytes.fromhex(MESSAGES[-1]["hex"])
    reader = frame.FrameReader()
    found = [one for at in range(len(raw)) for one in reader.feed(raw[at : at + 1])]
    assert found == [raw]
    assert frame.FrameReader().feed(raw + raw + raw[:5]) == [raw, raw]


@pytest.mark.parametrize("start", [b"\x00\x03", b"\x05\xdd", b"\xff\xff", b"GET / HTTP"])
def test_reader_refuses_lengths_that_cannot_be(start):
    with pytest.raises(FrameError):
        frame.FrameReader().feed(start)


def test_answer_swaps_the_tpdu_and_sets_the_requirement():
    request = frame.Request(bytes.fromhex(MESSAGES[-1]["hex"]))
    built = frame.build(request, b"body", 3)
    assert built[2:7].hex() == "6000000003"
    assert built[7:13].hex() == "603103311100"
    assert int.from_bytes(built[:2], "big") == len(built) - 2


def test_check_values():
    for name in ("kcv_signin_003_public", "kcv_easy8583_public"):
        vector = CRYPTO[name]
        for role in ("pik", "mak"):
            key = bytes.fromhex(vector[role])
            assert crypto.check_value(key).hex().upper() == vector[role + "_kcv"]


@pytest.mark.parametrize("name", ["mac_ecb_demo", "mac_ecb_tdes"])
def test_mac(name):
    vector = CRYPTO[name]
    value = crypto.mac(bytes.fromhex(vector["mak"]), bytes.fromhex(vector["data"]))
    assert value.hex().upper() == vector["f64"]


def test_macs_of_whole_messages():
    checked = 0
    for vector in MESSAGES:
        mac = vector.get("mac")
        if mac and mac["algorithm"] == "CUP-ECB single DES":
            made = crypto.mac(bytes.fromhex(mac["mak"]), body_of(vector)[:-8])
            assert made.decode("ascii") == mac["mac_ascii"]
            checked += 1
    assert checked > 15


def test_pin_block():
    vector = CRYPTO["pin_block_tdes"]
    pik, block = bytes.fromhex(vector["pik"]), bytes.fromhex(vector["f52"])
    assert crypto.open_pin_block(pik, block, vector["pan"]) == vector["pin"]
    assert crypto.open_pin_block(pik, block, "6250930000000002") is None
    assert crypto.open_pin_block(pik, bytes(8), vector["pan"]) is None


@pytest.mark.parametrize("name", ["track2_encrypt", "track2_encrypt_even"])
def test_encrypted_track(name):
    vector = CRYPTO[name]
    tdk = bytes.fromhex(CRYPTO["track2_encrypt"]["tdk"])
    clear = crypto.open_track(tdk, vector["track2_encrypted"])
    assert clear == vector["track2"].replace("=", "D")


def test_odd_parity():
    key = crypto.odd_parity(bytes(range(256)))
    assert all(bin(byte).count("1") % 2 for byte in key)
    assert bytes(byte & 0xFE for byte in key) == bytes(byte & 0xFE for byte in range(256))
