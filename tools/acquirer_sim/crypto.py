# SPDX-License-Identifier: MIT
"""Host cryptography on the `cryptography` package: TDES, check values, MAC, PIN block, tracks.

Facts: unionpay.md section 4; checked against host_tests/vectors/crypto.json.
"""

import secrets

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

BLOCK_LEN_BYTES = 8
KCV_LEN_BYTES = 4
_PIN_DIGITS = range(4, 13)
_TDB_NIBBLES = 16


def _cipher(key: bytes) -> Cipher:
    if len(key) == 8:
        key = key * 3
    elif len(key) == 16:
        key = key + key[:8]
    return Cipher(TripleDES(key), modes.ECB())


def encrypt(key: bytes, data: bytes) -> bytes:
    """Return ECB encryption of whole blocks; an 8-byte key is single DES."""
    work = _cipher(key).encryptor()
    return work.update(data) + work.finalize()


def decrypt(key: bytes, data: bytes) -> bytes:
    """Return ECB decryption of whole blocks."""
    work = _cipher(key).decryptor()
    return work.update(data) + work.finalize()


def check_value(key: bytes) -> bytes:
    """Return the first 4 bytes of encrypting 8 zero bytes."""
    return encrypt(key, bytes(BLOCK_LEN_BYTES))[:KCV_LEN_BYTES]


def new_key(size: int) -> bytes:
    """Return a random key of so many bytes with odd parity."""
    return odd_parity(secrets.token_bytes(size))


def odd_parity(key: bytes) -> bytes:
    """Return the key with the parity bit of each byte set the DES way."""
    return bytes(b & 0xFE | (bin(b >> 1).count("1") + 1) % 2 for b in key)


def mac(key: bytes, data: bytes) -> bytes:
    """Return the CUP ECB MAC as 8 upper-case hex characters (unionpay 4.5)."""
    total = 0
    for start in range(0, len(data), BLOCK_LEN_BYTES):
        block = data[start : start + BLOCK_LEN_BYTES].ljust(BLOCK_LEN_BYTES, b"\0")
        total ^= int.from_bytes(block, "big")
    text = total.to_bytes(BLOCK_LEN_BYTES, "big").hex().upper().encode("ascii")
    first = encrypt(key, text[:BLOCK_LEN_BYTES])
    second = bytes(a ^ b for a, b in zip(first, text[BLOCK_LEN_BYTES:], strict=True))
    return encrypt(key, second).hex().upper().encode("ascii")[:BLOCK_LEN_BYTES]


def open_pin_block(pik: bytes, block: bytes, pan: str) -> "str | None":
    """Return the PIN of an ISO format 0 block, or None when it is none for this PAN."""
    field = decrypt(pik, block)
    account = bytes.fromhex("0000" + pan[-13:-1].rjust(12, "0"))
    clear = bytes(a ^ b for a, b in zip(field, account, strict=True)).hex().upper()
    length = int(clear[1], 16)
    pin, fill = clear[2 : 2 + length], clear[2 + length :]
    if clear[0] != "0" or length not in _PIN_DIGITS or not pin.isdecimal() or fill.strip("F"):
        return None
    return pin


def open_track(tdk: bytes, track: str) -> str:
    """Return a track with its encrypted 16 nibbles in clear (unionpay 4.4)."""
    end = len(track) - (2 if len(track) % 2 == 0 else 1)
    start = end - _TDB_NIBBLES
    if start < 0:
        return track
    clear = decrypt(tdk, bytes.fromhex(track[start:end])).hex().upper()
    return track[:start] + clear + track[end:]
