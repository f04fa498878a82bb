# SPDX-License-Identifier: MIT
"""Terminal ledger, acquirer ledger and paper, transaction by transaction and in totals.

Takes what `posctl ledger show --json` and `posctl acquirer ledger --json` print and what the slips
say, and nothing else. Whatever does not agree becomes one line in `problems`; an empty list means
that the three agree about money.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from posctl.demo.paper import Paper, Settlement, Slip

_TOTALS = ("debit_count", "debit_minor", "credit_count", "credit_minor")
_BOOKED = ("approved", "voided")
_CREDITS = ("void", "refund")
_SAME = ("type", "amount_minor", "pan", "rrn")


@dataclass
class Row:
    """One transaction, or one batch total, as the three see it; None where one does not."""

    batch: str
    stan: str
    terminal: dict | None
    acquirer: dict | None
    paper: object
    problems: list = field(default_factory=list)


@dataclass
class Report:
    """The three columns and what does not agree."""

    rows: list
    totals: list
    problems: list

    @property
    def agrees(self) -> bool:
        """Whether nobody disagrees with anybody."""
        return not self.problems


def reconcile(ledger: dict, acquirer: dict, paper: Paper) -> Report:
    """Compare the three."""
    theirs = acquirer["terminals"].get(ledger["terminal"], {"batches": {}, "transactions": []})
    rows = _rows(ledger, theirs, paper.slips)
    for row in rows:
        row.problems = list(_row_problems(row))
    totals = [_totals_row(batch, theirs, rows, paper) for batch in ledger["batches"]]
    problems = [f"{row.batch}/{row.stan}: {text}" for row in rows for text in row.problems]
    problems += [f"batch {row.batch}: {text}" for row in totals for text in row.problems]
    problems += list(_leftovers(ledger, theirs, paper))
    return Report(rows, totals, problems)


def _rows(ledger: dict, theirs: dict, slips: list) -> list:
    ours = {}
    for batch in ledger["batches"]:
        for deal in batch["transactions"]:
            ours[(batch["batch"], deal["stan"])] = deal
    for deal in ledger["pending"] + ledger["unresolved"]:
        ours[(deal["batch"], deal["stan"])] = {**deal, "state": "pending"}
    booked = {(deal["batch"], deal["stan"]): deal for deal in theirs["transactions"]}
    printed: dict = {}
    for slip in slips:
        printed.setdefault((slip.batch, slip.stan), []).append(slip)
    return [
        Row(*key, ours.get(key), booked.get(key), printed.get(key, []))
        for key in sorted({*ours, *booked, *printed})
    ]


def _is_booked(deal: dict | None) -> bool:
    return deal is not None and deal["state"] in _BOOKED


def _row_problems(row: Row) -> Iterable[str]:
    if row.terminal is None:
        sides = " and ".join(
            name for name in ("acquirer", "paper") if getattr(row, name) not in (None, [])
        )
        yield f"not in the terminal's ledger, but known to {sides}"
        return
    yield from _ledger_problems(row.terminal, row.acquirer)
    yield from _paper_problems(row.terminal, row.paper)


def _ledger_problems(ours: dict, theirs: dict | None) -> Iterable[str]:
    if ours["state"] == "pending":
        yield "still pending at the terminal"
    if theirs is None:
        if _is_booked(ours):
            yield f"{ours['state']} at the terminal, unknown to the acquirer"
        return
    if ours["state"] != theirs["state"]:
        yield f"{ours['state']} at the terminal, {theirs['state']} at the acquirer"
    names = _SAME if _is_booked(ours) else ("type", "amount_minor", "pan")
    for name in names:
        if ours[name] != theirs[name]:
            yield f"{name} is {ours[name]} at the terminal, {theirs[name]} at the acquirer"


def _paper_problems(ours: dict, slips: list) -> Iterable[str]:
    if not _is_booked(ours):
        if slips:
            yield f"{ours['state']}, but a slip is on paper ({slips[0].file})"
        return
    if not slips:
        yield f"{ours['state']}, but no slip is on paper"
    seen = set()
    for slip in slips:
        if not slip.duplicate and slip.copy in seen:
            yield f"the {slip.copy} copy is on paper twice without a mark ({slip.file})"
        seen.add(slip.copy)
        yield from _slip_problems(ours, slip)


def _slip_problems(ours: dict, slip: Slip) -> Iterable[str]:
    for name in _SAME:
        if getattr(slip, name) != ours[name]:
            yield f"{name} is {ours[name]} at the terminal, {getattr(slip, name)} on {slip.file}"


def _sum(deals: Iterable[tuple]) -> dict:
    out = dict.fromkeys(_TOTALS, 0)
    for kind, amount_minor in deals:
        side = "credit" if kind in _CREDITS else "debit"
        out[side + "_count"] += 1
        out[side + "_minor"] += amount_minor
    return out


def _sum_of(rows: list, name: str) -> dict:
    deals = [getattr(row, name) for row in rows]
    return _sum((deal["type"], deal["amount_minor"]) for deal in deals if _is_booked(deal))


def _sum_of_slips(rows: list) -> dict:
    firsts = [row.paper[0] for row in rows if row.paper]
    return _sum((slip.type, slip.amount_minor) for slip in firsts)


def totals_of(batch: dict) -> dict:
    """The totals of a batch, domestic and foreign cards together."""
    return {name: batch[name] for name in _TOTALS}


def _totals_row(batch: dict, theirs: dict, rows: list, paper: Paper) -> Row:
    number = batch["batch"]
    own = [row for row in rows if row.batch == number]
    booked = theirs["batches"].get(number)
    slips = [slip for slip in paper.settlements if slip.batch == number]
    row = Row(number, "", totals_of(batch), booked and totals_of(booked), None)
    row.paper = slips[0].totals if slips else _sum_of_slips(own)
    views = [
        ("the terminal's transactions", _sum_of(own, "terminal")),
        ("the acquirer's transactions", _sum_of(own, "acquirer")),
        ("the sales slips", _sum_of_slips(own)),
    ]
    if row.acquirer is not None:
        views.append(("the acquirer's batch", row.acquirer))
    if slips:
        views.append(("the settlement slip", row.paper))
    for name, view in views:
        if view != row.terminal:
            row.problems.append(f"{name}: {shown(view)}, the terminal has {shown(row.terminal)}")
    row.problems += _settled_problems(batch, booked, slips)
    return row


def _settled_problems(batch: dict, booked: dict | None, slips: list[Settlement]) -> Iterable[str]:
    if batch["state"] == "closed":
        if booked is None or booked.get("result") != "balanced":
            result = booked.get("result") if booked else "not there"
            yield f"closed at the terminal, {result} at the acquirer"
        if not slips:
            yield "closed, but no settlement slip is on paper"
    elif slips:
        yield f"{batch['state']} at the terminal, but a settlement slip is on paper"
    elif booked is not None and booked.get("result", "open") != "open":
        yield f"{batch['state']} at the terminal, {booked['result']} at the acquirer"
    if sum(not slip.duplicate for slip in slips) > 1:
        yield "its settlement slip is on paper twice without a mark"
    if any(not slip.balanced for slip in slips):
        yield "the settlement slip does not say that it balances"


def shown(totals: dict) -> str:
    """Totals in words."""
    return "debit %d/%d, credit %d/%d" % tuple(totals[name] for name in _TOTALS)


def _leftovers(ledger: dict, theirs: dict, paper: Paper) -> Iterable[str]:
    if ledger.get("chain") != "ok":
        yield f"the terminal's journal chain is {ledger.get('chain')}"
    for name in ("pending", "unresolved"):
        if ledger.get(name):
            yield f"{len(ledger[name])} reversals are {name} at the terminal"
    known = {batch["batch"] for batch in ledger["batches"]}
    for number in sorted(set(theirs["batches"]) - known):
        totals = totals_of(theirs["batches"][number])
        if any(totals.values()):
            yield f"batch {number}: the acquirer has {shown(totals)}, the terminal has none"
    for slip in paper.settlements:
        if slip.batch not in known:
            yield f"batch {slip.batch}: a settlement slip, but the terminal has no such batch"
    for name in paper.scrap:
        yield f"{name}: is no whole slip"
