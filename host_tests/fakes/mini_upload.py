# SPDX-License-Identifier: MIT
"""Batch upload from a MiniTerminal: details, copies of advices, the end."""

from fakes.mini_terminal import RICH, Answer, MiniTerminal, numbered


def entry(answer: Answer, pan: str = RICH, flag: str = "00", **changed: object) -> dict:
    """Return the record of an approved transaction; keywords change what it says."""
    record = {"flag": flag, "stan": answer.fields[11], "pan": pan, "minor": int(answer.fields[4])}
    return {**record, **changed}


def record(entry: dict) -> str:
    """Return one record of F48."""
    return f"{entry['flag']}{entry['stan']}{entry['pan']:0>20}{entry['minor']:012d}"


def upload(terminal: MiniTerminal, entries: list, batch: int = 1, **more: object) -> Answer:
    """Send details, up to eight as a terminal would."""
    text = f"{len(entries):02d}" + "".join(record(entry) for entry in entries)
    fields = {11: terminal.next_stan(), 48: text, 60: f"00{batch:06d}201", **numbered(more)}
    return terminal.exchange("0320", fields)


def copy(terminal: MiniTerminal, stan: str, minor: int, **more: object) -> Answer:
    """Send the copy of a refund, or what the keywords make of it."""
    fields = {2: RICH, 3: "200000", 4: f"{minor:012d}", 11: stan, 22: "022", 25: "00"}
    fields.update({37: "071500000001", 49: "156", 60: "25000001000200", 61: "0" * 12 + "0715"})
    fields.update({63: "CUP", **numbered(more)})
    return terminal.exchange("0320", fields)


def end(terminal: MiniTerminal, count: int, code: str = "202", batch: int = 1) -> Answer:
    """Send the end of the upload."""
    fields = {11: terminal.next_stan(), 48: f"{count:04d}", 60: f"00{batch:06d}{code}"}
    return terminal.exchange("0320", fields)


def differences(terminal: MiniTerminal, batch: str = "000001") -> list:
    """Return (voucher, what, at the terminal, at the host) of the ledger's reconciliation."""
    found = terminal.acquirer.ledger()["terminals"][terminal.tid]["batches"][batch]
    names = ("stan", "what", "terminal_minor", "host_minor")
    return [tuple(entry[name] for name in names) for entry in found["reconciliation"]]
