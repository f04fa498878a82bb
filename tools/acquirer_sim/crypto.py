# SPDX-License-Identifier: MIT
"""Host cryptography on the `cryptography` package, for both families: "tdes" and "sm4".

Check values, working keys, MACs, PIN blocks, tracks. Facts: unionpay.md section 4; checked against
host_tests/vectors/crypto.json.
"""

import secrets

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

BLOCK_LENS_BYTES = {"tdes": 8, "sm4": 16}
ALGORITHMS = tuple(BLOCK_LENS_BYTES)
MAC_METHODS = ("ecb", "cbc")
MAC_LEN_BYTES = 8
KCV_LEN_BYTES = 4
KCV_LENS_BYTES = (KCV_LEN_BYTES, 8)
_PIN_DIGITS = range(4, 13)


def _cipher(key: bytes, algorithm: str) -> Cipher:
    if algorithm == "sm4":
        return Cipher(SM4(key), modes.ECB())
    if len(key) == 8:
        key = key * 3
    elif len(key) == 16:
        key = key + key[:8]
    return Cipher(TripleDES(key), modes.ECB())


def encrypt(key: bytes, data: bytes, algorithm: str = "tdes") -> bytes:
    """Return ECB encryption of whole blocks; an 8-byte key is single DES."""
    work = _cipher(key, algorithm).encryptor()
    return work.update(data) + work.finalize()


def decrypt(key: bytes, data: bytes, algorithm: str = "tdes") -> bytes:
    """Return ECB decryption of whole blocks."""
    work = _cipher(key, algorithm).decryptor()
    return work.update(data) + work.finalize()


def check_value(key: bytes, algorithm: str = "tdes", length: int = KCV_LEN_BYTES) -> bytes:
    """Return the first bytes of encrypting a block of zeros."""
    return encrypt(key, bytes(BLOCK_LENS_BYTES[algorithm]), algorithm)[:length]


def new_key(size: int, algorithm: str = "tdes") -> bytes:
    """Return a random key of so many bytes; DES keys have odd parity."""
    key = secrets.token_bytes(size)
    return odd_parity(key) if algorithm == "tdes" else key


def odd_parity(key: bytes) -> bytes:
    """Return the key with the parity bit of each byte set the DES way."""
    return bytes(b & 0xFE | (bin(b >> 1).count("1") + 1) % 2 for b in key)


def mac(key: bytes, data: bytes, algorithm: str = "tdes", method: str = "ecb") -> bytes:
    """Return F64 (unionpay 4.5).

    "ecb" is the CUP method, eight upper-case hex characters; "cbc" the left eight bytes of the
    CBC-MAC with a zero start.
    """
    size = BLOCK_LENS_BYTES[algorithm]
    blocks = [data[at : at + size].ljust(size, b"\0") for at in range(0, len(data), size)]
    if method == "cbc":
        return _chained(key, blocks, algorithm)[:MAC_LEN_BYTES]
    total = 0
    for block in blocks:
        total ^= int.from_bytes(block, "big")
    text = total.to_bytes(size, "big").hex().upper().encode("ascii")
    halves = [text[:size], text[size:]]
    return _chained(key, halves, algorithm).hex().upper().encode("ascii")[:MAC_LEN_BYTES]


def _chained(key: bytes, blocks: "list[bytes]", algorithm: str) -> bytes:
    """Return the last block of CBC encryption from a zero start."""
    state = bytes(BLOCK_LENS_BYTES[algorithm])
    for block in blocks:
        state = encrypt(key, bytes(a ^ b for a, b in zip(state, block, strict=True)), algorithm)
    return state


def open_pin_block(pik: bytes, block: bytes, pan: str, algorithm: str = "tdes") -> "str | None":
    """Return the PIN of an ISO format 0 block, or None when it is none for this PAN.

    A block of SM4 is the same with sixteen bytes: more fill, more zeros before the PAN.
    """
    size = BLOCK_LENS_BYTES[algorithm]
    if len(block) != size:
        return None
    field = decrypt(pik, block, algorithm)
    account = bytes.fromhex(pan[-13:-1].rjust(2 * size, "0"))
    clear = bytes(a ^ b for a, b in zip(field, account, strict=True)).hex().upper()
    length = int(clear[1], 16)
    pin, fill = clear[2 : 2 + length], clear[2 + length :]
    if clear[0] != "0" or length not in _PIN_DIGITS or not pin.isdecimal() or fill.strip("F"):
        return None
    return pin


def open_track(tdk: bytes, track: str, algorithm: str = "tdes") -> str:
    """Return a track with its encrypted block in clear and without fill (unionpay 4.4).

    With SM4 the block has 32 nibbles: our reading, no source says so.
    """
    nibbles = 2 * BLOCK_LENS_BYTES[algorithm]
    end = len(track) - (2 if len(track) % 2 == 0 else 1)
    start = end - nibbles
    if start < 0:
        return ""
    clear = decrypt(tdk, bytes.fromhex(track[start:end]), algorithm).hex().upper()
    return (track[:start] + clear + track[end:]).lstrip("F")
