# SPDX-License-Identifier: MIT
"""The keys a terminal derives from its device key, by role and check value."""

import hmac

from posctl import firmware, statedir

_CHECK_BYTES = 4
_CHECK_TEXT = b""  # a check value says which key it is, and nothing else


def check_values(state: statedir.StateDir) -> list[tuple[str, str]]:
    """Return (role, check value): the front of the HMAC-SHA256 of an empty text under the key."""
    firmware.enable()
    from pos.keystore import derived

    uses = {
        "storage": derived.STORAGE,
        "storage MAC": derived.STORAGE_MAC,
        "audit": derived.AUDIT,
        "card hash": derived.CARD_HASH,
    }
    return [(role, _check_value(state.device_key, use)) for role, use in uses.items()]


def _check_value(device_key: bytes, use: bytes) -> str:
    key = hmac.digest(device_key, use, "sha256")
    return hmac.digest(key, _CHECK_TEXT, "sha256")[:_CHECK_BYTES].hex().upper()
