# SPDX-License-Identifier: MIT
"""Steps of a print job on a ledger."""

from pos.core.packer import Writer
from pos.ledger import records as r


def begin(ledger: object, kind: int, batch: int, stan: int, copy: int) -> None:
    """Write that the first byte of a copy may be on its way to the paper."""
    _step(ledger, kind, batch, stan, copy, r.BEGUN)


def proved(ledger: object, kind: int, batch: int, stan: int, copy: int) -> None:
    """Write that the printer has answered behind the last byte of a copy."""
    _step(ledger, kind, batch, stan, copy, r.PROVED)


def _step(ledger: object, kind: int, batch: int, stan: int, copy: int, step: int) -> None:
    payload = Writer().number(kind, 1).number(batch, 3).number(stan, 3)
    ledger.append(r.PRINT, payload.number(copy, 1).number(step, 1).data())
