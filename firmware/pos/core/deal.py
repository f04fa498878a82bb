# SPDX-License-Identifier: MIT
"""A deal: one money transaction as ledger, acquirer, slip and screen all see it.

It holds no card data beyond the masked PAN and a keyed hash. Numbers are never reused.
"""

from micropython import const

SALE = const(1)
VOID = const(2)

PENDING = const(1)  # sent or about to be; no usable answer yet: a reversal is due
APPROVED = const(2)
DECLINED = const(3)
REVERSED = const(4)
VOIDED = const(5)  # a sale taken back by an approved void
NOT_SENT = const(6)  # nothing left the terminal: the STAN is burnt, there is no transaction


class Deal:
    """One transaction. Strings are digits or ASCII; amounts are minor units; times are local."""

    def __init__(self) -> None:
        self.kind = SALE
        self.state = PENDING
        self.batch = 0  # F60.2
        self.stan = 0  # F11 = voucher number
        self.amount_minor = 0  # F4, always positive; the kind gives the sign
        self.pan_masked = ""  # 6+4
        self.card_hash = b""  # 8 bytes, keyed: "same card"
        self.entry_mode = ""  # F22, three digits
        self.operator = ""  # two digits
        self.time = ""  # YYYYMMDDhhmmss, terminal clock at intent; F13/F12 of the host once known
        self.response = ""  # F39
        self.rrn = ""  # F37
        self.auth = ""  # F38
        self.settle_date = ""  # F15, MMDD
        self.issuer = ""  # F44, first 11 characters, stripped
        self.acquirer = ""  # F44, last 11 characters, stripped
        self.scheme = ""  # F63.1: CUP, VIS, ...; "" counts as CUP
        self.original_stan = 0  # void: voucher of the sale
        self.original_batch = 0
        self.original_rrn = ""
        self.original_auth = ""
        self.f39 = "06"  # reversal reason while pending: 98, A0 or 06 (unionpay 5.1)
        self.tries = 0  # reversal attempts made
        self.unresolved = False  # all tries used: fault slip printed, stays listed until answered
        self.printed = "no"  # merchant copy: no, unknown (begun, no proof) or yes
        self.reprints = 0
        self.seq = 0  # journal sequence of its intent

    @property
    def domestic(self) -> bool:
        """Whether the deal counts as domestic: scheme CUP, or no scheme given (F63.1)."""
        return self.scheme in ("", "CUP")


class Totals:
    """Counts and amounts of a batch as in F48: voided sales stay in debit (unionpay 5.5)."""

    def __init__(self) -> None:
        self.debit_count = 0
        self.debit_minor = 0
        self.credit_count = 0
        self.credit_minor = 0
        self.foreign_debit_count = 0
        self.foreign_debit_minor = 0
        self.foreign_credit_count = 0
        self.foreign_credit_minor = 0

    def add(self, deal: Deal) -> None:
        """Count one approved deal."""
        self._count(deal.kind == SALE, deal.domestic, 1, deal.amount_minor)

    def _count(self, debit: bool, domestic: bool, count: int, amount_minor: int) -> None:
        if domestic and debit:
            self.debit_count += count
            self.debit_minor += amount_minor
        elif domestic:
            self.credit_count += count
            self.credit_minor += amount_minor
        elif debit:
            self.foreign_debit_count += count
            self.foreign_debit_minor += amount_minor
        else:
            self.foreign_credit_count += count
            self.foreign_credit_minor += amount_minor
