# SPDX-License-Identifier: MIT
"""Key blocks of ANSI X9.143 (formerly TR-31), versions B and D: a key bound to its purpose.

Version B stands under a triple DES key block protection key (KBPK), version D under an AES one.
The MAC, a CMAC under a key derived from the KBPK, covers the head and the clear key data (length
in bits, key, random padding) and is the start value of their encryption. Until it is right nothing
of a block is believed but the lengths that are needed to compute it.

Algorithm letters: T triple DES, A AES. SM4 has none in the standard, which leaves digits to
private agreement: here 4 is SM4, and both ends have to agree on it. Single DES (D) is refused.
A key never travels under a weaker KBPK: B carries T up to the length of the KBPK, D carries A up
to its length, T and SM4.
"""

from micropython import const

from binascii import unhexlify

from pos.core.carddata import wipe
from pos.crypto.cmac import cmac, cmac_into
from pos.crypto.errors import CryptoError
from pos.crypto.hmac import same
from pos.crypto.keyblock_header import HEAD_CHARS, check, head_end
from pos.crypto.modes import cbc_decrypt, cbc_encrypt

TDES = "T"
AES = "A"
SM4 = "4"
_FOR_ENCRYPTION = const(0)
_FOR_MAC = const(1)
_KEY_BYTES = {TDES: (16, 24), AES: (16, 24, 32), SM4: (16,)}
_KBPK_BYTES = {"B": (16, 24), "D": (16, 24, 32)}
_CARRIES = {"B": TDES, "D": "AT4"}


def unwrap(
    block: bytes, version: str, kbpk: bytes, usages: tuple, algorithms: str, modes: str
) -> bytearray:
    """Return the key in a block, for the caller to wipe; `block[7]` is its algorithm.

    `version` is the one the KBPK is for, `usages` those accepted ("K0",), `algorithms` and `modes`
    letters. CryptoError: key block version, length, characters, optional block, MAC, reserved,
    component, usage, algorithm, mode, key length; KBPK length.
    """
    size = _block_bytes(version)
    start = check(block, version, size)
    sealed = unhexlify(block[start:])
    code = sealed[-size:]
    clear = bytearray(len(sealed) - size)
    try:
        _cbc(cbc_decrypt, version, kbpk, code, memoryview(sealed)[:-size], clear)
        if not same(_mac(version, kbpk, block[:start], clear), code):
            raise CryptoError("key block MAC")
        _check_purpose(block, usages, algorithms, modes)
        length = _key_bytes(clear, version, chr(block[7]), len(kbpk))
        return bytearray(memoryview(clear)[2 : 2 + length])
    finally:
        wipe(clear)


def wrap(kbpk: bytes, head: bytes, key: bytes, random: object, hidden_in: int = 0) -> bytes:
    """Return the block of a key. `head` is the clear head, its length field does not matter.

    Optional blocks in `head` fill whole cipher blocks (the PB block is for that). `random(n)` is
    the entropy that pads; `hidden_in` bytes the key's length is hidden in, at least its own and,
    when 0, the most its algorithm has.
    """
    version = chr(head[0])
    size = _block_bytes(version)
    clear = _key_data(version, chr(head[7]), key, len(kbpk), random, hidden_in)
    try:
        length = len(head) + 2 * (len(clear) + size)
        head = head[:1] + b"%04d" % length + head[5:]
        if head_end(head, version) != len(head):
            raise CryptoError("key block length")
        code = _mac(version, kbpk, head, clear)
        sealed = bytearray(len(clear))
        _cbc(cbc_encrypt, version, kbpk, code, clear, sealed)
        block = head + (sealed.hex() + code.hex()).upper().encode()
        check(block, version, size)
        return block
    finally:
        wipe(clear)


def _block_bytes(version: str) -> int:
    """Return the cipher block of a version; its MAC has the same length."""
    if version not in _CARRIES:
        raise CryptoError("key block version")
    return 8 if version == "B" else 16


def _check_purpose(block: bytes, usages: tuple, algorithms: str, modes: str) -> None:
    """Hold the (authentic) head against what was asked for."""
    head = str(block[:HEAD_CHARS], "ascii")
    if head[14:] != "00":
        raise CryptoError("key block reserved")
    if head[9] == "c":
        raise CryptoError("key block component")  # of a key: not a key
    if head[5:7] not in usages:
        raise CryptoError("key block usage")
    if head[7] not in algorithms:
        raise CryptoError("key block algorithm")
    if head[8] not in modes:
        raise CryptoError("key block mode")


def _check_length(version: str, algorithm: str, length: int, kbpk_bytes: int) -> None:
    if algorithm not in _CARRIES[version]:
        raise CryptoError("key block algorithm")
    strong = algorithm == (TDES if version == "B" else AES)
    if length not in _KEY_BYTES[algorithm] or strong and length > kbpk_bytes:
        raise CryptoError("key block key length")


def _key_bytes(clear: bytearray, version: str, algorithm: str, kbpk_bytes: int) -> int:
    bits = clear[0] << 8 | clear[1]
    if bits % 8 or bits // 8 > len(clear) - 2:
        raise CryptoError("key block key length")
    _check_length(version, algorithm, bits // 8, kbpk_bytes)
    return bits // 8


def _key_data(
    version: str, algorithm: str, key: bytes, kbpk_bytes: int, random: object, hidden_in: int
) -> bytearray:
    """Return length, key and padding in whole cipher blocks."""
    length = len(key)
    _check_length(version, algorithm, length, kbpk_bytes)
    size = _block_bytes(version)
    room = max(length, hidden_in or _KEY_BYTES[algorithm][-1])
    clear = bytearray((2 + room + size - 1) // size * size)
    padding = random(len(clear) - 2 - length)
    if len(padding) != len(clear) - 2 - length:
        raise CryptoError("random source")
    clear[0] = 8 * length >> 8
    clear[1] = 8 * length & 255
    for i in range(length):
        clear[2 + i] = key[i]
    for i in range(len(padding)):
        clear[2 + length + i] = padding[i]
    return clear


def _cipher(version: str, key: bytes) -> object:
    if version == "B":
        from pos.crypto.des import Tdes

        return Tdes(key)
    from pos.crypto.aes import Aes

    return Aes(key)


def _derived(version: str, kbpk: bytes, purpose: int) -> object:
    """Return the cipher of one of the two keys that a KBPK stands for; who asks wipes it."""
    length = len(kbpk)
    if length not in _KBPK_BYTES[version]:
        raise CryptoError("KBPK length")
    algorithm = length // 8 - 2 if version == "B" else length // 8
    label = bytearray((1, 0, purpose, 0, 0, algorithm, 8 * length >> 8, 8 * length & 255))
    size = _block_bytes(version)
    key = bytearray((length + size - 1) // size * size)
    view = memoryview(key)
    parent = _cipher(version, kbpk)
    try:
        for at in range(0, len(key), size):
            cmac_into(parent, (label,), view[at : at + size])
            label[0] += 1
        return _cipher(version, view[:length])
    finally:
        parent.wipe()
        wipe(key)


def _mac(version: str, kbpk: bytes, head: bytes, clear: bytearray) -> bytes:
    cipher = _derived(version, kbpk, _FOR_MAC)
    try:
        return cmac(cipher, (head, clear))
    finally:
        cipher.wipe()


def _cbc(
    direction: object, version: str, kbpk: bytes, iv: bytes, data: bytes, out: bytearray
) -> None:
    cipher = _derived(version, kbpk, _FOR_ENCRYPTION)
    try:
        direction(cipher, iv, data, out)
    finally:
        cipher.wipe()
