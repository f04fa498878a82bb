# SPDX-License-Identifier: MIT
"""Key components: random ones for custodians, and the key that typed ones combine to by XOR.

Parity: DES components are made with odd parity, since other devices may check it, and taken with
any, since DES does not use the parity bits and a check value shows more. The combined DES key is
set to odd parity; its check value is the same either way. SM4 and AES have no parity.
"""

import secrets

from posctl.errors import ToolError

KEY_BYTES = 16  # double length TDES, SM4
KCV_DIGITS = (6, 8)  # the usual short form, and unionpay.md 4.1
_AES_KCV_DIGITS = (6, 8, 10)


def make(algorithm: str = "tdes", length: int = KEY_BYTES) -> bytearray:
    """Return a random component; with odd parity when it is for a DES key."""
    part = bytearray(secrets.token_bytes(length))
    if algorithm == "tdes":
        set_odd_parity(part)
    return part


def parse(text: str, name: str, length: int = KEY_BYTES) -> bytearray:
    """Return the component typed as hex; the ToolError names it and does not repeat it."""
    digits = "".join(text.split())
    if len(digits) != 2 * length or not is_hex(digits):
        raise ToolError(f"{name}: must be {2 * length} hex digits")
    part = bytearray.fromhex(digits)
    if not any(part):
        raise ToolError(f"{name}: is all zeros")
    return part


def combine(parts: list[bytearray], algorithm: str = "tdes") -> bytearray:
    """Return the key of two or three components, fit for its use; the caller wipes it."""
    if len(parts) not in (2, 3):
        raise ToolError(f"two or three components make a key, not {len(parts)}")
    key = mixed(parts)
    if algorithm == "tdes":
        set_odd_parity(key)
    if equal_parts(key, algorithm):  # equal components, for one
        wipe(key)
        raise ToolError(f"these components give a key {_weakness(algorithm)}")
    return key


def mixed(parts: list[bytearray]) -> bytearray:
    """Return the XOR of components; the caller wipes it."""
    key = bytearray(len(parts[0]))
    for part in parts:
        for i, byte in enumerate(part):
            key[i] ^= byte
    return key


def equal_parts(key: bytearray, algorithm: str) -> bool:
    """Whether a key is weaker than its length: a DES key that repeats itself, or all zeros."""
    if algorithm != "tdes":
        return not any(key)
    return any(key[at : at + 8] == key[at - 8 : at] for at in range(8, len(key), 8))


def kcv(part: bytearray, algorithm: str = "tdes") -> str:
    """Return the check value: eight hex digits, of an AES key ten."""
    from acquirer_sim.keylog import check_value

    return check_value(algorithm, bytes(part))


def check_kcv(asked: str, found: str) -> None:
    """Compare the check value on the key letter (six digits or more) with the one found."""
    allowed = _AES_KCV_DIGITS if len(found) == _AES_KCV_DIGITS[-1] else KCV_DIGITS
    if len(asked) not in allowed or not is_hex(asked):
        raise ToolError("--kcv: must be " + " or ".join(map(str, allowed)) + " hex digits")
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


def is_hex(digits: str) -> bool:
    """Whether there are only hex digits."""
    return all(digit in "0123456789abcdefABCDEF" for digit in digits)


def _weakness(algorithm: str) -> str:
    return "with two equal halves" if algorithm == "tdes" else "of all zeros"
