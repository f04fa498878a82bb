# SPDX-License-Identifier: MIT
"""The clear head of a key block (ANSI X9.143, formerly TR-31): 16 characters and optional blocks.

    0 version  1-4 length of all  5-6 usage  7 algorithm  8 mode of use  9-10 key version
    11 exportability  12-13 number of optional blocks  14-15 reserved

An optional block is two characters of name, two hex digits of length and its content; length 00
is followed by the number of bytes of the length proper, then that. They are walked over, not
read: their content is authenticated with the rest and means nothing to this terminal.
"""

from micropython import const

from pos.crypto.errors import CryptoError

BLOCK_MAX_CHARS = const(1024)  # the format has room for 9999
HEAD_CHARS = const(16)
_LENGTH_DIGITS = const(4)
_OPTIONAL_MAX = const(16)  # the format has room for 99
_OPTIONAL_HEAD_CHARS = const(4)
_LONG_LENGTH_BYTES_MAX = const(2)
_SEALED_MAX_BYTES = const(96)  # a key of 32 bytes, hidden in up to 80, and the MAC
_HEX = b"0123456789ABCDEF"  # lower case is another text under the same MAC: not taken
_OPTIONAL = "key block optional block"
_LENGTH = "key block length"
_CHARACTERS = "key block characters"


def check(block: bytes, version: str, size: int) -> int:
    """Return where the wrapped key begins; `size` is the cipher block of that version in bytes.

    What is checked here is the form of a whole block. CryptoError names what is wrong.
    """
    if not HEAD_CHARS <= len(block) <= BLOCK_MAX_CHARS:
        raise CryptoError(_LENGTH)
    start = head_end(block, version)
    if _number(block, 1, _LENGTH_DIGITS, 10, _LENGTH) != len(block) or len(block) % size:
        raise CryptoError(_LENGTH)
    sealed = len(block) - start
    if not 4 * size <= sealed <= 2 * _SEALED_MAX_BYTES or sealed % (2 * size):
        raise CryptoError(_LENGTH)
    for at in range(start, len(block)):
        if block[at] not in _HEX:
            raise CryptoError(_CHARACTERS)
    return start


def head_end(block: bytes, version: str) -> int:
    """Return the length of the head at the beginning of `block`, optional blocks included."""
    if chr(block[0]) != version:
        raise CryptoError("key block version")
    _alphanumeric(block, 0, HEAD_CHARS)
    count = _number(block, 12, 2, 10, _OPTIONAL)
    if count > _OPTIONAL_MAX:
        raise CryptoError(_OPTIONAL)
    at = HEAD_CHARS
    for _ in range(count):
        at = _optional_end(block, at)
    return at


def _optional_end(block: bytes, at: int) -> int:
    if at + _OPTIONAL_HEAD_CHARS > len(block):
        raise CryptoError(_OPTIONAL)
    _alphanumeric(block, at, at + 2)
    used = _OPTIONAL_HEAD_CHARS
    length = _number(block, at + 2, 2, 16, _OPTIONAL)
    if length == 0:
        width = _number(block, at + 4, 2, 16, _OPTIONAL)
        if not 1 <= width <= _LONG_LENGTH_BYTES_MAX:
            raise CryptoError(_OPTIONAL)
        length = _number(block, at + 6, 2 * width, 16, _OPTIONAL)
        used += 2 + 2 * width
    end = at + length
    if length < used or end > len(block):
        raise CryptoError(_OPTIONAL)
    for place in range(at + used, end):
        if not 0x20 <= block[place] <= 0x7E:
            raise CryptoError(_CHARACTERS)
    return end


def _number(block: bytes, at: int, digits: int, base: int, reason: str) -> int:
    value = 0
    for place in range(at, at + digits):
        digit = _HEX.find(block[place : place + 1]) if place < len(block) else -1
        if not 0 <= digit < base:
            raise CryptoError(reason)
        value = value * base + digit
    return value


def _alphanumeric(block: bytes, at: int, end: int) -> None:
    for place in range(at, end):
        char = block[place]
        if not (0x30 <= char <= 0x39 or 0x41 <= char <= 0x5A or 0x61 <= char <= 0x7A):
            raise CryptoError(_CHARACTERS)
