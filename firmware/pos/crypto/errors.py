# SPDX-License-Identifier: MIT
"""Errors of the crypto package. In a module of its own, so that it leaves the heap with its package."""

from pos.core.errors import PosError


class CryptoError(PosError):
    """Wrong key length, PIN length or data length."""
