# SPDX-License-Identifier: MIT
"""The keys of an acquirer's database for `posctl keys`: opened, changed all or nothing, closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from acquirer_sim import AcquirerError, keylog, masterkeys, terminals
from acquirer_sim.store import Store, open_store
from posctl.errors import ToolError
from posctl.keys import kinds, tr31


@contextmanager
def opened(db: Path) -> Iterator[Store]:
    """Open a database that is there, inside one transaction."""
    try:
        store = open_store(db, create=False)
        try:
            with store.transaction():
                yield store
        finally:
            store.close()
    except AcquirerError as error:
        text = str(error)
        raise ToolError(text if text.startswith(str(db)) else f"{db}: {text}") from error


def check_terminal(db: Path, tid: str) -> str:
    """Return the algorithm of a registered terminal; ToolError when it is none."""
    with opened(db) as store:
        return masterkeys.known(store, tid)["algorithm"]


def check_tmk(db: Path, tid: str, held: str) -> None:
    """Refuse a terminal whose TMK (by check value) is none of those the acquirer has for it."""
    with opened(db) as store:
        ours = {
            key["kcv"]
            for key in _held(store, masterkeys.known(store, tid))
            if "TMK" in key["role"]
        }
    if held not in ours:
        raise ToolError(
            f"terminal {tid} has a TMK of check value {held}, {db} another:"
            " give both the same (posctl keys ceremony --state --db)"
        )


def register(db: Path, tid: str, role: str, algorithm: str, key: bytes) -> None:
    """Give a registered terminal a TMK or KBPK, at once."""
    with opened(db) as store:
        change = masterkeys.set_kbpk if role == "kbpk" else masterkeys.replace_tmk
        change(store, tid, algorithm, key)


def begin_change(db: Path, tid: str) -> tuple[str, masterkeys.Change]:
    """Begin a change of TMK or return the one under way, with the terminal's algorithm."""
    with opened(db) as store:
        algorithm = masterkeys.known(store, tid)["algorithm"]
        return algorithm, masterkeys.begin(store, tid, lambda: kinds.new_tmk(algorithm))


def begin_block(db: Path, tid: str, kbpk: tuple[str, bytes] | None) -> tuple[str, str]:
    """Begin a change of TMK, or take the one under way; return its key block and check value.

    `kbpk` is (algorithm, key); without it the one registered for the terminal is used.
    """
    with opened(db) as store:
        algorithm = masterkeys.known(store, tid)["algorithm"]
        kbpk = kbpk or masterkeys.kbpk(store, tid)
        if kbpk is None:
            raise ToolError(
                f"{db}: terminal {tid} has no KBPK (posctl keys ceremony --role kbpk --db)"
            )
        change = masterkeys.begin(store, tid, lambda: kinds.new_tmk(algorithm))
        block = tr31.wrap_tmk(*kbpk, algorithm, change.new)
        return block, keylog.check_value(algorithm, change.new)


def finish_change(db: Path, tid: str, kcv: str | None = None) -> str:
    """End the change: the terminal has the new TMK. Return its check value.

    `kcv` is what the terminal shows, six digits or more; a change it ended before is no error.
    """
    with opened(db) as store:
        row = masterkeys.known(store, tid)
        change = masterkeys.pending(store, tid)
        key = change.new if change else store.vault.open(row["tmk"])
        found = keylog.check_value(row["algorithm"], key)
        if kcv is not None and not found.startswith(kcv.upper()):
            which = "new TMK" if change else "TMK"
            raise ToolError(f"{db}: check value of the {which} is {found}, not {kcv.upper()}")
        if change or kcv is None:
            masterkeys.finish(store, tid)
        return found


def audit(db: Path, tid: str | None) -> list[dict]:
    """Return what the host holds for each terminal, or for one: check values, never keys."""
    with opened(db) as store:
        if tid is not None:
            rows = [masterkeys.known(store, tid)]
        else:
            rows = store.db.execute("SELECT * FROM terminals ORDER BY tid").fetchall()
        return [
            {
                "terminal": row["tid"],
                "signed_on": bool(row["signed_on"]),
                "keys": list(_held(store, row)),
                "events": keylog.events(store, row["tid"]),
            }
            for row in rows
        ]


def _held(store: Store, row: object) -> Iterator[dict]:
    tid, algorithm = row["tid"], row["algorithm"]
    change = masterkeys.pending(store, tid)
    if change is None:
        yield _line("TMK", algorithm, store.vault.open(row["tmk"]))
    else:
        yield _line("TMK", algorithm, change.old)
        yield _line("next TMK", algorithm, change.new)
    kbpk = masterkeys.kbpk(store, tid)
    if kbpk is not None:
        yield _line("KBPK", *kbpk)
    for role, key in (terminals.working_keys(store, row) or {}).items():
        yield _line(role.upper(), algorithm, key)


def _line(role: str, algorithm: str, key: bytes) -> dict:
    kcv = keylog.check_value(algorithm, key)
    return {"role": role, "algorithm": algorithm, "bytes": len(key), "kcv": kcv}
