# SPDX-License-Identifier: MIT
"""Errors of the crypto package, in its own module to leave the heap with the package."""

from pos.core.errors import PosError


class CryptoError(PosError):
    """Wrong key length, PIN length or data length."""
