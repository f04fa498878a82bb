# SPDX-License-Identifier: MIT
"""Key components: random ones for custodians, and the TMK that typed ones combine to by XOR.

Parity: components are made with odd parity, since other devices may check it, and taken with any,
since DES does not use the parity bits and a check value shows more. The combined key is set to odd
parity; its check value is the same either way.
"""

import secrets

from posctl import firmware
from posctl.errors import ToolError

KEY_BYTES = 16  # TMK: double length TDES
KCV_DIGITS = (6, 8)  # the usual short form, and unionpay.md 4.1


def make() -> bytearray:
    """Return a random component with odd parity."""
    part = bytearray(secrets.token_bytes(KEY_BYTES))
    set_odd_parity(part)
    return part


def parse(text: str, name: str) -> bytearray:
    """Return the component typed as hex; the ToolError names it and does not repeat it."""
    digits = "".join(text.split())
    if len(digits) != 2 * KEY_BYTES or not _is_hex(digits):
        raise ToolError(f"{name}: must be {2 * KEY_BYTES} hex digits")
    part = bytearray.fromhex(digits)
    if not any(part):
        raise ToolError(f"{name}: is all zeros")
    return part


def combine(parts: list[bytearray]) -> bytearray:
    """Return the key of two or three components, with odd parity; the caller wipes it."""
    if len(parts) not in (2, 3):
        raise ToolError(f"two or three components make a key, not {len(parts)}")
    key = bytearray(KEY_BYTES)
    for part in parts:
        for i, byte in enumerate(part):
            key[i] ^= byte
    set_odd_parity(key)
    if key[:8] == key[8:]:  # equal components, for one; as a key it would be single DES
        wipe(key)
        raise ToolError("these components give a key with two equal halves")
    return key


def kcv(part: bytearray) -> str:
    """Return the check value as eight hex digits."""
    firmware.enable()
    from pos.crypto.kcv import tdes_kcv

    return tdes_kcv(part).hex().upper()


def check_kcv(asked: str, found: str) -> None:
    """Compare the check value on the key letter (six or eight digits) with the one found."""
    if len(asked) not in KCV_DIGITS or not _is_hex(asked):
        raise ToolError("--kcv: must be 6 or 8 hex digits")
    if not found.startswith(asked.upper()):
        raise ToolError(f"check value of the combined key is {found}, --kcv is {asked.upper()}")


def set_odd_parity(key: bytearray) -> None:
    """Set the lowest bit of each byte so that it has an odd number of ones."""
    for i, byte in enumerate(key):
        high = byte & 0xFE
        key[i] = high | (high.bit_count() + 1) % 2


def wipe(*buffers: bytearray) -> None:
    """Zero buffers in place."""
    for buffer in buffers:
        buffer[:] = bytes(len(buffer))


def _is_hex(digits: str) -> bool:
    return all(digit in "0123456789abcdefABCDEF" for digit in digits)
