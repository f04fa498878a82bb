# SPDX-License-Identifier: MIT
"""The working keys of a sign-on: which F60.3 brings what, and how F62 carries it.

Layouts: unionpay.md 4.1. What the sources leave to the acquirer is an option of a terminal's
registration.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from acquirer_sim import crypto
from acquirer_sim.errors import AcquirerError

ROLES = ("pik", "mak", "tdk")
# F60.3: family and the places of PIK, MAK and TDK in F62, in bytes
_VARIANTS = {
    "001": ("tdes", (8, 8)),
    "003": ("tdes", (16, 16)),
    "004": ("tdes", (16, 16, 16)),
    "005": ("sm4", (16, 16)),
    "006": ("sm4", (16, 16, 16)),
}
_SINGLE_BYTES = 8
_PERCENT_MAX = 999
MAK_LENS_BYTES = (8, 16)


@dataclass(frozen=True)
class Options:
    """What an acquirer does its own way."""

    mak_bytes: int = 8  # of the MAK of 003 and 004: 8, its place filled with zeros, or 16
    kcv_bytes: int = 4  # how much of a check value is sent: 4 or 8
    mac: str = "ecb"  # the method of F64, see crypto.mac
    completion_percent_max: int = 115  # of the hold, that a completion may come to

    def check(self) -> None:
        """AcquirerError when one of them is none of the choices."""
        choices = (
            ("mak_bytes", MAK_LENS_BYTES),
            ("kcv_bytes", crypto.KCV_LENS_BYTES),
            ("mac", crypto.MAC_METHODS),
        )
        for name, allowed in choices:
            if getattr(self, name) not in allowed:
                text = " or ".join(str(value) for value in allowed)
                raise AcquirerError(f"{name}: must be {text}")
        if not 100 <= self.completion_percent_max <= _PERCENT_MAX:
            raise AcquirerError(f"completion_percent_max: must be 100 to {_PERCENT_MAX}")

    def dump(self) -> str:
        """As text for the database."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Options":
        """From the database."""
        return cls(**json.loads(text))


USUAL = Options()


def fits(variant: str, algorithm: str) -> bool:
    """Whether F60.3 asks for keys that a terminal of this family can have."""
    return variant in _VARIANTS and _VARIANTS[variant][0] == algorithm


def make(
    variant: str, options: Options, new_key: "Callable[[int], bytes] | None"
) -> "dict[str, bytes]":
    """Return new keys by role; `new_key(bytes)` stands in for random ones."""
    algorithm, places = _VARIANTS[variant]
    keys = {}
    for role, size in zip(ROLES, places, strict=False):
        if role == "mak" and algorithm == "tdes":
            size = min(size, options.mak_bytes)
        keys[role] = new_key(size) if new_key else crypto.new_key(size, algorithm)
    return keys


def wrap(tmk: bytes, variant: str, keys: "dict[str, bytes]", options: Options) -> bytes:
    """Return F62: each key under the TMK, filled up to its place, and its check value."""
    algorithm, places = _VARIANTS[variant]
    parts = []
    for key, place in zip(keys.values(), places, strict=True):
        parts.append(crypto.encrypt(tmk, key, algorithm).ljust(place, b"\0"))
        parts.append(crypto.check_value(key, algorithm, options.kcv_bytes))
    return b"".join(parts)


def security_digit(algorithm: str, pik: bytes) -> str:
    """Return digit 2 of F53 (unionpay.md 2.3)."""
    if algorithm == "sm4":
        return "3"
    return "0" if len(pik) == _SINGLE_BYTES else "6"
