# SPDX-License-Identifier: MIT
"""The acquirer simulator: an independent host for the terminal to be checked against.

It shares no code with the firmware: messages go through `pyiso8583`, cryptography through
`cryptography`, books through SQLite. What other tools may use is named here.
"""

from acquirer_sim.errors import AcquirerError
from acquirer_sim.keysets import Options
from acquirer_sim.terminals import DEFAULT_MERCHANT, register_terminal

__all__ = ["DEFAULT_MERCHANT", "AcquirerError", "Options", "register_terminal"]
