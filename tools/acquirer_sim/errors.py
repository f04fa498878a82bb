# SPDX-License-Identifier: MIT
"""Errors of the simulator: bad input from its user, a frame that is no message, a refusal."""


class AcquirerError(Exception):
    """Bad input from whoever runs the simulator: one clear line naming what and where."""


class FrameError(Exception):
    """Bytes which are no message of this dialect: the host answers nothing and hangs up."""


class Refused(Exception):
    """The request ends here with this F39; the books do not change.

    `recorded` says whether it still counts as a declined transaction: its STAN is then used up.
    `field` is the number of the field that made it 30, for the log; 0 when it is none.
    """

    def __init__(self, code: str, recorded: bool = False, field: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.recorded = recorded
        self.field = field


def decline(code: str) -> Refused:
    """A refusal by the issuer or the host which the ledger shows as a declined transaction."""
    return Refused(code, recorded=True)
