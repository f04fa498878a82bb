# SPDX-License-Identifier: MIT
"""Errors of every layer. Text names what and where; it never carries PAN, track, PIN or key.

Each class has a number of its own, used by the log and the support bundle; numbers are never
reused.
"""


class PosError(Exception):
    """Root of the firmware's own errors. `reason` is a short word for logs and tests."""

    code = 1

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CardError(PosError):
    """A swipe that cannot be used. `track` is 1..3, or 0 when the whole card is meant."""

    code = 2

    def __init__(self, reason: str, track: int = 0) -> None:
        super().__init__(reason)
        self.track = track


class CryptoError(PosError):
    """Wrong key length, PIN length or data length."""

    code = 3


class MessageError(PosError):
    """A message that does not follow the field table. `field` is 0 for MTI, bitmap or framing."""

    code = 4

    def __init__(self, reason: str, field: int = 0) -> None:
        super().__init__("F%d: %s" % (field, reason))
        self.field = field


class LayoutError(PosError):
    """A slip line that does not fit the paper, or a character the printer has not."""

    code = 5


class StoreError(PosError):
    """Flash holds something that is not ours, or is broken; nothing was overwritten."""

    code = 6


class StoreFull(PosError):
    """No room to finish a transaction and a settlement."""

    code = 7


class KeyStoreError(PosError):
    """A key is missing, or its check value is wrong; the previous keys are still in place."""

    code = 8


class LedgerError(PosError):
    """A step that the state of the transaction or batch does not allow."""

    code = 9


class NotSent(PosError):
    """Nothing left the terminal (no link, connection refused): there is nothing to reverse."""

    code = 10


class NoAnswer(PosError):
    """The request left and no usable answer came. `f39` is the reversal reason: 98, A0 or 06."""

    code = 11
    sign_on_again = False  # the host asked for it, in an answer that carries no MAC

    def __init__(self, reason: str, f39: str = "98") -> None:
        super().__init__(reason)
        self.f39 = f39


class Cancelled(PosError):
    """The operator pressed CANCEL or let a prompt time out. Unwinds a flow to idle."""

    code = 12


class Refused(PosError):
    """The terminal itself refuses; `reason` is the id of the text the screen shows."""

    code = 13


class ProfileError(PosError):
    """A parameter is missing or out of range."""

    code = 14


class DeviceError(PosError):
    """A device does not work as its port promises (printer blocked, display gone)."""

    code = 15


class HostDeclined(PosError):
    """The host said no to sign-on, sign-off or settlement. `response` is its F39."""

    code = 16

    def __init__(self, response: str) -> None:
        super().__init__("host answered " + response)
        self.response = response


class PowerOff(PosError):
    """No more input can come (the bench link is closed): the terminal stops where it waits."""

    code = 17
