# SPDX-License-Identifier: MIT
"""Counts and amounts of a batch: a module of its own, because the book keeps one at idle."""


class Totals:
    """The eight numbers of F48: voided sales stay in debit (unionpay 5.5)."""

    def __init__(self) -> None:
        self.debit_count = 0
        self.debit_minor = 0
        self.credit_count = 0
        self.credit_minor = 0
        self.foreign_debit_count = 0
        self.foreign_debit_minor = 0
        self.foreign_credit_count = 0
        self.foreign_credit_minor = 0
