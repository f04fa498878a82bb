# SPDX-License-Identifier: MIT
"""What a simulated terminal trades in: a table of kinds, and the entries of its own ledger.

A kind that reverses is taken back with 0400 when no answer came; one that repeats (0220) is sent
again until one comes; one that does neither changes no books.
"""

from dataclasses import dataclass, field

from acquirer_sim.load.messages import Answer

REVERSED, REPEATED, FORGOTTEN = "reversed", "repeated", "forgotten"  # when no answer came


@dataclass(frozen=True)
class Kind:
    """A row of the table; `of` are the kinds whose approved entries it refers to."""

    name: str
    mti: str
    processing: str  # F3
    condition: str  # F25
    function: str  # F60.1
    unanswered: str = REVERSED
    of: tuple = ()
    any_batch: bool = False  # the original may be of a settled batch
    sign: int = 0  # of its amount in what the card has spent
    weight: int = 0  # how often a terminal picks it

    @property
    def ends_original(self) -> bool:
        """Whether the original may not be used again: it was voided."""
        return self.name.endswith("void")


KINDS = {
    kind.name: kind
    for kind in (
        Kind("sale", "0200", "000000", "00", "22", sign=1, weight=60),
        Kind("void", "0200", "200000", "00", "23", of=("sale",), sign=-1, weight=15),
    )
}
DEBITS = ("sale", "completion", "offline")
CREDITS = ("void", "refund", "completion_void")


@dataclass
class Entry:
    """One transaction as the terminal knows it.

    `state`: pending (an answer is owed), approved, voided, reversed, declined, unsent.
    """

    kind: Kind
    batch: int
    stan: int
    amount_minor: int
    fields: "dict[int, str]" = field(repr=False)
    state: str = "pending"
    answer: "Answer | None" = field(default=None, repr=False)
    original: "Entry | None" = field(default=None, repr=False)
    used_minor: int = 0  # of it, by refunds

    @property
    def counts(self) -> bool:
        """Whether it is in the totals, as far as its kind is."""
        return self.state in ("approved", "voided")

    @property
    def rrn(self) -> str:
        """F37 of the answer."""
        return self.answer.fields.get(37, "") if self.answer else ""


class Ledger:
    """What one terminal has done, by (batch, STAN)."""

    def __init__(self) -> None:
        self.entries = {}
        self.results = {}  # batch: the two result digits of its settlement

    def add(self, entry: Entry) -> None:
        """Take a transaction before its request leaves."""
        self.entries[entry.batch, entry.stan] = entry

    def originals(self, kind: Kind, batch: int) -> "list[Entry]":
        """Return what a transaction of this kind may refer to."""
        return [
            entry
            for entry in self.entries.values()
            if entry.state == "approved"
            and entry.kind.name in kind.of
            and not entry.used_minor
            and (kind.any_batch or entry.batch == batch)
        ]

    def totals(self, batch: int) -> "tuple[tuple[int, int], tuple[int, int]]":
        """Return (count, minor) of debit and of credit."""
        return self._sum(batch, DEBITS), self._sum(batch, CREDITS)

    def _sum(self, batch: int, kinds: tuple) -> "tuple[int, int]":
        amounts = [
            entry.amount_minor
            for entry in self.entries.values()
            if entry.batch == batch and entry.counts and entry.kind.name in kinds
        ]
        return len(amounts), sum(amounts)

    def spent_minor(self) -> int:
        """Return what the terminal's card must have paid."""
        counted = [entry for entry in self.entries.values() if entry.counts]
        return sum(entry.kind.sign * entry.amount_minor for entry in counted)
