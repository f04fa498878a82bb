# SPDX-License-Identifier: MIT
"""Errors of messages. In a module of its own, so that it leaves the heap with its package."""

from pos.core.errors import PosError


class MessageError(PosError):
    """A message that does not follow the field table. `field` is 0 for MTI, bitmap or framing."""

    def __init__(self, reason: str, field: int = 0) -> None:
        super().__init__("F%d: %s" % (field, reason))
        self.field = field
