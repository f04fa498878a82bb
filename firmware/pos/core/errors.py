# SPDX-License-Identifier: MIT
"""Errors of every layer. Text names what and where; it never carries PAN, track, PIN or key.

A class costs some 200 bytes of heap as long as the terminal runs: one for each way a caller
reacts, not one for each cause. The cause is `reason`, a short word for logs and tests. Errors that
no other package catches by name live in their own package.
"""


class PosError(Exception):
    """Root of the firmware's own errors. `reason` is a short word for logs and tests."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CardError(PosError):
    """A swipe that cannot be used. `track` is 1..3, or 0 when the whole card is meant.

    `word` is the id of what the screen tells the cashier to do.
    """

    word = "card.again"

    def __init__(self, reason: str, track: int = 0) -> None:
        super().__init__(reason)
        self.track = track


class MessageError(PosError):
    """A message that does not follow the field table. `field` is 0 for MTI, bitmap or framing."""

    def __init__(self, reason: str, field: int = 0) -> None:
        super().__init__("F%d: %s" % (field, reason))
        self.field = field


class StoreError(PosError):
    """Flash holds something that is not ours, or is broken; nothing was overwritten."""


class StoreFull(PosError):
    """No room to finish a transaction and a settlement."""


class KeyStoreError(PosError):
    """A key is missing, or its check value is wrong; the previous keys are still in place."""


class LedgerError(PosError):
    """A step that the state of the transaction or batch does not allow."""


class NotSent(PosError):
    """Nothing left the terminal (no link, connection refused): there is nothing to reverse."""


class NoAnswer(PosError):
    """The request left and no usable answer came. `f39` is the reversal reason: 98, A0 or 06."""

    sign_on_again = False  # the host asked for it, in an answer that carries no MAC

    def __init__(self, reason: str, f39: str = "98") -> None:
        super().__init__(reason)
        self.f39 = f39


class Cancelled(PosError):
    """The operator pressed CANCEL or let a prompt time out. Unwinds a flow to idle."""


class Refused(PosError):
    """The terminal itself refuses; `reason` is the id of the text the screen shows."""


class ProfileError(PosError):
    """A parameter is missing or out of range."""


class HostDeclined(PosError):
    """The host said no to sign-on, sign-off or settlement. `response` is its F39."""

    def __init__(self, response: str) -> None:
        super().__init__("host answered " + response)
        self.response = response


class PowerOff(PosError):
    """No more input can come (the bench link is closed): the terminal stops where it waits."""
