# SPDX-License-Identifier: MIT
"""Canaries: the forms in which a secret could lie about. Host only.

Memory is given back in pieces, and the front of a piece is soon overwritten: so in memory a key is
looked for by every eight bytes of it, a schedule by every round, a number by every eight digits.
"""

import base64
from array import array
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from acquirer_sim import terminals
from acquirer_sim.store import open_store
from posctl import firmware

_FORM_MIN_BYTES = 4  # shorter ones turn up by chance
_PIECE = 8  # bytes of a key, digits of a number: a masked PAN shows six in a row
_ROUND_BYTES = 12
_PLAIN = "0000012300000"  # discretionary data of the acquirer's test cards
_TELLING = "8273645190283"


def digits_forms(digits: str) -> list[bytes]:
    """Digits as text, as hex of text, packed in both phases, and in base64's three phases."""
    text = digits.encode()
    odd = "0" * (len(digits) % 2)
    packed = [bytes.fromhex(digits + odd), bytes.fromhex(odd + digits)]
    shifted = bytes.fromhex("0" + digits + "0" * (1 - len(digits) % 2))[1:-1]
    bases = [base64.b64encode(bytes(n) + text)[4 if n else 0 : -4] for n in range(3)]
    forms = [text, text.hex().encode(), text[::-1], *packed, shifted, *bases]
    return [form for form in forms if len(form) >= _FORM_MIN_BYTES]


def number_pieces(digits: str) -> list[bytes]:
    """Every eight digits of a number in every form, but for those that turn up by chance.

    Eight that are mostly zeros stand in amounts and reference numbers, too.
    """
    windows = [digits[at : at + _PIECE] for at in range(len(digits) + 1 - _PIECE)]
    windows = [window for window in windows if len(set(window)) > 3]
    forms = [form for window in windows for form in digits_forms(window)]
    return [form for form in forms if len(set(form)) > 3 and form.count(0) < 2]


def key_forms(key: bytes) -> list[bytes]:
    """A whole key as files would hold it."""
    return [key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key)[:-4]]


def pieces(secret: bytes) -> list[bytes]:
    """Every eight bytes of a secret, raw and as hex."""
    cut = [secret[at : at + _PIECE] for at in range(len(secret) + 1 - _PIECE)]
    texts = [part.hex() for part in cut]
    return cut + [text.encode() for text in texts] + [text.upper().encode() for text in texts]


def schedule_rounds(key: bytes) -> list[bytes]:
    """Every round of a DES key's expanded form, as the firmware's own cipher keeps it."""
    firmware.enable()
    from pos.crypto.des import Tdes

    kept = [value for value in vars(Tdes(key)).values() if isinstance(value, (array, bytearray))]
    if not kept:
        raise AssertionError("crypto/des.py keeps its schedule where this scan does not look")
    rounds = []
    for words in kept:
        raw = bytes(words)
        rounds += [raw[at : at + _ROUND_BYTES] for at in range(0, len(raw), _ROUND_BYTES)]
    return [form for form in rounds if any(form)]


def pin_blocks(pin: str, pan: str, pik: bytes) -> tuple[bytes, bytes]:
    """Return the clear ISO-0 block and F52, made without the firmware."""
    typed = bytes.fromhex(f"0{len(pin):X}{pin}".ljust(16, "F"))
    account = bytes.fromhex("0000" + pan[-13:-1])
    clear = bytes(a ^ b for a, b in zip(typed, account, strict=True))
    sealer = Cipher(TripleDES((pik * 3)[:24]), modes.ECB()).encryptor()
    return clear, sealer.update(clear)


def marked(card: dict) -> dict:
    """Return a test card whose discretionary data is no date, amount or number of anything."""
    tracks = {
        number: text and text.replace(_PLAIN, _TELLING) for number, text in card["tracks"].items()
    }
    if _TELLING not in tracks["2"]:
        raise AssertionError("the test cards have other discretionary data now")
    return {**card, "tracks": tracks}


def track_tail(card: dict) -> str:
    """Return what stands behind the PAN on a test card's track 2."""
    return card["tracks"]["2"].split("=")[1].rstrip("?")


def held_keys(database: Path) -> dict[str, bytes]:
    """Return {"tmk", "pik", "mak", ...} of the one terminal, from the acquirer's database."""
    store = open_store(database)
    try:
        row = store.db.execute("SELECT * FROM terminals").fetchone()
        working = terminals.working_keys(store, row) or {}
        found = {"tmk": store.vault.open(row["tmk"]), **working}
        return {role: key for role, key in found.items() if key}
    finally:
        store.close()
