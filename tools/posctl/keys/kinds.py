# SPDX-License-Identifier: MIT
"""What keys there are: role, algorithm, length; and a new TMK."""

import secrets

from posctl.errors import ToolError
from posctl.keys import parts

_LENGTHS = {  # bytes, the usual first
    ("tmk", "tdes"): (16,),
    ("tmk", "sm4"): (16,),
    ("kbpk", "tdes"): (16, 24),
    ("kbpk", "aes"): (32, 16),
}


def length_of(role: str, algorithm: str, asked: int | None) -> int:
    """Return the length of such a key in bytes; ToolError when there is none."""
    known = _LENGTHS.get((role, algorithm))
    if known is None:
        raise ToolError(f"--algorithm {algorithm}: not for a {role.upper()}")
    if asked is not None and asked not in known:
        raise ToolError(f"--length {asked}: must be " + " or ".join(map(str, known)))
    return asked or known[0]


def component_length(algorithm: str, asked: int | None) -> int:
    """Return the length of a component for some key of an algorithm."""
    known = sorted(
        {n for (_, name), all_n in _LENGTHS.items() if name == algorithm for n in all_n}
    )
    if asked is not None and asked not in known:
        raise ToolError(f"--length {asked}: must be " + " or ".join(map(str, known)))
    return asked or parts.KEY_BYTES


def new_tmk(algorithm: str) -> bytes:
    """Return a random TMK."""
    while True:
        key = bytearray(secrets.token_bytes(parts.KEY_BYTES))
        if algorithm == "tdes":
            parts.set_odd_parity(key)
        if not parts.equal_parts(key, algorithm):
            return bytes(key)
