# SPDX-License-Identifier: MIT
"""Errors of slips. In a module of its own, so that it leaves the heap with its package."""

from pos.core.errors import PosError


class LayoutError(PosError):
    """A slip line that does not fit the paper, or a character the printer has not."""
