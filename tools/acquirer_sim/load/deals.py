# SPDX-License-Identifier: MIT
"""What a simulated terminal trades in: a table of kinds, and the entries of its own ledger.

A kind that reverses is taken back with 0400 when no answer came; one that repeats (0220) is sent
again until one comes; one that is forgotten changes no books.
"""

from dataclasses import dataclass, field

from acquirer_sim.load import transactions
from acquirer_sim.load.messages import Answer

REVERSED, REPEATED, FORGOTTEN = "reversed", "repeated", "forgotten"  # when no answer came


@dataclass(frozen=True)
class Kind:
    """A row of the table.

    `name` is one of transactions.KINDS, `type` the ledger's word for it; `of` are the types of
    what it refers to, in the open batch or any; `voids` and `closes` say what becomes of that.
    `side` of the totals; `sign` of its amount in what the card has paid; `weight`: how often.
    """

    name: str
    type: str
    unanswered: str = REVERSED
    of: tuple = ()
    any_batch: bool = False
    voids: bool = False
    closes: bool = False
    side: str = ""
    sign: int = 0
    weight: int = 1

    @property
    def mti(self) -> str:
        """The message type."""
        return transactions.KINDS[self.name][0]


_DEBIT = {"side": "debit", "sign": 1}
_CREDIT = {"side": "credit", "sign": -1}
_OF_HOLD = {"of": ("preauth",), "any_batch": True}
_REFUNDED = ("sale", "completion", "offline")
_TABLE = (
    Kind("sale", "sale", **_DEBIT, weight=50),
    Kind("void", "void", of=("sale",), voids=True, **_CREDIT, weight=12),
    Kind("refund", "refund", REPEATED, of=_REFUNDED, any_batch=True, **_CREDIT, weight=6),
    Kind("preauth", "preauth", weight=8),
    Kind("preauth_void", "preauth_void", **_OF_HOLD, voids=True, weight=3),
    Kind("completion", "completion", **_OF_HOLD, closes=True, **_DEBIT, weight=4),
    Kind("advice", "completion", REPEATED, **_OF_HOLD, closes=True, **_DEBIT, weight=3),
    Kind(
        "completion_void", "completion_void", of=("completion",), voids=True, **_CREDIT, weight=2
    ),
    Kind("offline", "offline", REPEATED, **_DEBIT, weight=4),
    Kind("tip", "adjust", REPEATED, of=("sale",), weight=3),
    Kind("balance", "balance", FORGOTTEN, weight=5),
)
KINDS = {kind.name: kind for kind in _TABLE}


@dataclass
class Entry:
    """One transaction as the terminal knows it.

    `state`: pending (an answer is owed), approved, voided, reversed, declined, unsent.
    """

    kind: Kind
    batch: int
    stan: int
    amount_minor: int
    fields: "dict[int, str | None]" = field(repr=False)
    state: str = "pending"
    answer: "Answer | None" = field(default=None, repr=False)
    original: "Entry | None" = field(default=None, repr=False)
    closed_by: "Entry | None" = field(default=None, repr=False)
    refunded_minor: int = 0
    tip_minor: int = 0

    @property
    def counts(self) -> bool:
        """Whether it is in the totals, as far as its kind is."""
        return self.state in ("approved", "voided")

    @property
    def effective_minor(self) -> int:
        """What it comes to with its tip."""
        return self.amount_minor + self.tip_minor

    @property
    def rrn(self) -> str:
        """F37 of the answer."""
        return self.answer.fields.get(37, "") if self.answer else ""

    def approve(self) -> None:
        """The host said yes: the original follows."""
        self.state = "approved"
        if self.kind.voids:
            self.original.state = "voided"
        if self.kind.closes:
            self.original.closed_by = self
        if self.kind.type == "refund":
            self.original.refunded_minor += self.amount_minor
        if self.kind.type == "adjust":
            self.original.tip_minor = self.amount_minor - self.original.amount_minor

    def may_be_original_of(self, kind: Kind, batch: int) -> bool:
        """Whether a transaction of that kind may refer to it."""
        if self.state != "approved" or self.kind.type not in kind.of:
            return False
        if not kind.any_batch and self.batch != batch:
            return False
        if self.closed_by and self.closed_by.state == "approved":
            return False
        if kind.type == "refund":
            return self.refunded_minor < self.effective_minor
        return not self.refunded_minor and not self.tip_minor


class Ledger:
    """What one terminal has done, by (batch, STAN)."""

    def __init__(self) -> None:
        self.entries = {}
        self.results = {}  # batch: the two result digits of its settlement

    def add(self, entry: Entry) -> None:
        """Take a transaction before its request leaves."""
        self.entries[entry.batch, entry.stan] = entry

    def originals(self, kind: Kind, batch: int) -> "list[Entry]":
        """Return what a transaction of this kind may refer to, the oldest first."""
        return [one for one in self.entries.values() if one.may_be_original_of(kind, batch)]

    def totals(self, batch: int) -> "tuple[tuple[int, int], tuple[int, int]]":
        """Return (count, minor) of debit and of credit."""
        return self._sum(batch, "debit"), self._sum(batch, "credit")

    def _sum(self, batch: int, side: str) -> "tuple[int, int]":
        amounts = [
            entry.effective_minor
            for entry in self.entries.values()
            if entry.batch == batch and entry.counts and entry.kind.side == side
        ]
        return len(amounts), sum(amounts)

    def paid_minor(self) -> int:
        """Return what the terminal's card must have paid."""
        counted = [entry for entry in self.entries.values() if entry.counts]
        return sum(entry.kind.sign * entry.effective_minor for entry in counted)
