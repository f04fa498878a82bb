# SPDX-License-Identifier: MIT
"""Terminals' ledgers beside the acquirer's: what is lost, duplicated, different."""

from acquirer_sim.load.terminal import Terminal

_COUNTED = ("approved", "voided")
_NO_MONEY = "balance"  # asked and forgotten: no answer, no trace at the terminal
_BALANCED = "11"


def compare(terminals: "list[Terminal]", ledger: dict, balances: "dict[str, int]") -> dict:
    """Return {"lost", "duplicated", "different", "unresolved"}: lists of one-line texts.

    Lost: approved at the terminal, not booked. Duplicated: booked, and the terminal does not
    count it. Different: another amount, kind, state or reference; a settlement that does not
    balance; a card's balance that is not what it has paid. `balances` is by PAN.
    """
    found = {"lost": [], "duplicated": [], "different": [], "unresolved": []}
    for terminal in terminals:
        held = ledger["terminals"][terminal.who.tid]
        if terminal.owed or not terminal.finished:
            found["unresolved"].append(_line(terminal, "has not finished its day"))
        _entries(terminal, held["transactions"], found)
        _batches(terminal, held["batches"], found)
        paid = terminal.who.balance_minor - balances[terminal.who.pan]
        if paid != terminal.ledger.paid_minor() and not terminal.owed:
            text = f"card paid {paid}, terminal counts {terminal.ledger.paid_minor()}"
            found["different"].append(_line(terminal, text))
    return found


def _line(terminal: Terminal, text: str) -> str:
    return f"terminal {terminal.who.tid}: {text}"


def _entries(terminal: Terminal, booked: "list[dict]", found: dict) -> None:
    entries = terminal.ledger.entries.items()
    mine = {key: one for key, one in entries if one.counts and one.kind.type != _NO_MONEY}
    hosts = {}
    for entry in booked:
        key = int(entry["batch"]), int(entry["stan"])
        old = key[0] < (terminal.first_batch or 1)  # of a run before
        if entry["state"] not in _COUNTED or entry["type"] == _NO_MONEY or old:
            continue
        if key in hosts or key not in mine:
            if not (terminal.owed and key == (terminal.owed.batch, terminal.owed.stan)):
                found["duplicated"].append(_line(terminal, _named(key, entry["type"])))
        hosts[key] = entry
    for key, entry in mine.items():
        if key not in hosts:
            found["lost"].append(_line(terminal, _named(key, entry.kind.name)))
        elif differing := _differing(entry, hosts[key]):
            text = f"{_named(key, entry.kind.name)}: {differing}"
            found["different"].append(_line(terminal, text))


def _named(key: "tuple[int, int]", kind: str) -> str:
    return f"{kind} batch {key[0]:06d} voucher {key[1]:06d}"


def _differing(mine: object, hosts: dict) -> str:
    pairs = (
        ("type", mine.kind.type, hosts["type"]),
        ("amount", mine.amount_minor, hosts["amount_minor"]),
        ("state", mine.state, hosts["state"]),
        ("reference", mine.rrn, hosts["rrn"]),
    )
    return ", ".join(f"{name} {ours} / {theirs}" for name, ours, theirs in pairs if ours != theirs)


def _batches(terminal: Terminal, batches: "dict[str, dict]", found: dict) -> None:
    for number, result in terminal.ledger.results.items():
        held = batches.get(f"{number:06d}", {}).get("result", "none")
        if result != _BALANCED or held != "balanced":
            text = f"batch {number:06d} settled {result}, host says {held}"
            found["different"].append(_line(terminal, text))
