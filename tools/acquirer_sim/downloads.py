# SPDX-License-Identifier: MIT
"""Parameters and hotlist for terminals, and the status they report (unionpay.md 2.8, 3).

0800 with F60.3 360 and 390 ask for the next part; F62 of the request is the number of parts that
the terminal has, two digits, absent at first. F62 of the answer: a flag (0 nothing, 1 all of it,
2 more to come, 3 the last part), then tags (tags.py), or hotlist entries: two digits of length,
then the digits of a PAN or of the beginning of PANs. 361 and 391 end the download.

Both are numbered by version. A part of another version than the first is refused with 30, so that
no terminal mixes two; and until a terminal has ended a download of the newest, the header of each
answer asks for it: digit 6 is 1 for parameters, 7 for the hotlist, then 2 when a status is wanted.
"""

import json
import sqlite3
import zlib

from acquirer_sim import accounts, tags
from acquirer_sim.errors import AcquirerError, Refused
from acquirer_sim.exchange import Exchange
from acquirer_sim.store import Store

PART_MAX_BYTES = 900  # of F62, its flag included
ENTRY_MIN_DIGITS = 6
PAN_MIN_DIGITS = 13
ENTRY_MAX_DIGITS = 19
_ENTRIES_MAX = 2500  # what a terminal has room for
_NONE, _WHOLE, _MORE, _LAST = b"0", b"1", b"2", b"3"
_NOTHING, _PARAMETERS, _STATUS, _HOTLIST = 0, 1, 2, 7  # header digit 6
# their own answers ask for nothing: the terminal is at it
_QUIET = ("parameters", "hotlist", "status")


def part(exchange: Exchange) -> "dict[int, str]":
    """0800, F60.3 360 or 390: the part after those that the terminal has."""
    exchange.require(41, 42, 60)
    store, what = exchange.store, exchange.kind
    row = _row(store, exchange.tid)
    version = _version(store, row, what)
    had = _parts_had(exchange)
    if not had:
        _set(store, exchange.tid, f"{what}_serving", version)
    elif row[f"{what}_serving"] != version:
        raise Refused("30")  # it changed meanwhile: from the first part on again
    parts = parameter_parts(row) if what == "parameters" else hotlist_parts(store)
    if had and had >= len(parts):
        raise Refused("30")
    return {**_plain(exchange), 62: (_flagged(parts, had)).hex().upper()}


def end(exchange: Exchange) -> "dict[int, str]":
    """0800, F60.3 361 or 391: the terminal has put into use what it was given."""
    exchange.require(41, 42, 60)
    what = exchange.kind.removesuffix("_end")
    row = _row(exchange.store, exchange.tid)
    _set(exchange.store, exchange.tid, f"{what}_had", row[f"{what}_serving"])
    return _plain(exchange)


def status(exchange: Exchange) -> "dict[int, str]":
    """0820, F60.3 362: keep what the terminal reports; 30 when it is no list of tags."""
    exchange.require(41, 42, 60, 62)
    try:
        reported = tags.decode(bytes.fromhex(exchange.request.get(62)))
    except ValueError:
        raise Refused("30") from None
    store, tid = exchange.store, exchange.tid
    _row(store, tid)
    _set(store, tid, "status", json.dumps(reported, ensure_ascii=False))
    _set(store, tid, "status_at", exchange.time)
    _set(store, tid, "status_wanted", 0)
    return _plain(exchange)


def _plain(exchange: Exchange) -> "dict[int, str]":
    return {**exchange.echo(41, 42, 60), **exchange.stamp(), 39: "00"}


def _parts_had(exchange: Exchange) -> int:
    digits = bytes.fromhex(exchange.request.get(62))
    if digits and not (len(digits) == 2 and digits.isdigit()):
        raise Refused("30")
    return int(digits or b"0")


def _flagged(parts: "list[bytes]", had: int) -> bytes:
    if not parts:
        return _NONE
    if len(parts) == 1:
        return _WHOLE + parts[0]
    return (_LAST if had == len(parts) - 1 else _MORE) + parts[had]


def _parts(pieces: "list[bytes]") -> "list[bytes]":
    """Pack pieces, none of them torn, into as few parts as there can be."""
    parts = []
    for piece in pieces:
        if not parts or 1 + len(parts[-1]) + len(piece) > PART_MAX_BYTES:
            parts.append(b"")
        parts[-1] += piece
    return parts


def parameter_parts(row: sqlite3.Row) -> "list[bytes]":
    """Return the parts of a terminal's parameters."""
    return _parts(
        [tags.encode(name, value) for name, value in json.loads(row["settings"]).items()]
    )


def hotlist_parts(store: Store) -> "list[bytes]":
    """Return the parts of the hotlist."""
    return _parts([_wire(digits) for digits in _entries(store)])


def _wire(digits: str) -> bytes:
    return f"{len(digits):02d}{digits}".encode("ascii")


def requirement(exchange: Exchange) -> int:
    """Return header digit 6 of the answer."""
    if exchange.terminal is None or exchange.kind in _QUIET:
        return _NOTHING
    row = _find(exchange.store, exchange.tid)
    if row is None:
        return _HOTLIST if _hotlist_version(exchange.store) else _NOTHING
    if row["parameters_version"] != row["parameters_had"]:
        return _PARAMETERS
    if _hotlist_version(exchange.store) != row["hotlist_had"]:
        return _HOTLIST
    return _STATUS if row["status_wanted"] else _NOTHING


def set_parameters(store: Store, tid: str, settings: "list[str]") -> dict:
    """Set NAME=VALUE each, as one new version; return `described`."""
    row = _registered(store, tid)
    values = {**json.loads(row["settings"]), **dict(tags.setting(text) for text in settings)}
    if values != json.loads(row["settings"]):
        _set(store, tid, "settings", json.dumps(values, ensure_ascii=False))
        _set(store, tid, "parameters_version", row["parameters_version"] + 1)
    return described(store, tid)


def ask_status(store: Store, tid: str) -> None:
    """Want a status upload of the terminal."""
    _registered(store, tid)
    _set(store, tid, "status_wanted", 1)


def described(store: Store, tid: str) -> dict:
    """Return what a terminal was offered, what it has, and what it reported last."""
    row = _registered(store, tid)
    return {
        "terminal": tid,
        "parameters": json.loads(row["settings"]),
        "parameters_version": row["parameters_version"],
        "parameters_had": row["parameters_had"],
        "hotlist_version": _hotlist_version(store),
        "hotlist_had": row["hotlist_had"],
        "status": json.loads(row["status"]) if row["status"] else None,
        "status_at": row["status_at"],
        "status_wanted": bool(row["status_wanted"]),
    }


def add_entry(store: Store, digits: str) -> None:
    """Put a PAN, or the beginning of PANs, on the hotlist; twice is once."""
    _check_entry(digits)
    if len(_entries(store)) >= _ENTRIES_MAX:
        raise AcquirerError(f"the hotlist is full: {_ENTRIES_MAX} entries")
    print_ = store.vault.fingerprint(digits)
    if store.db.execute("SELECT 1 FROM hotlist WHERE fingerprint=?", (print_,)).fetchone():
        return
    sealed = store.vault.seal(digits.encode("ascii"))
    store.db.execute("INSERT INTO hotlist(fingerprint, entry) VALUES(?,?)", (print_, sealed))
    _new_hotlist(store)


def remove_entry(store: Store, digits: str) -> None:
    """Take an entry off the hotlist; AcquirerError when it is not on it."""
    _check_entry(digits)
    print_ = store.vault.fingerprint(digits)
    gone = store.db.execute("DELETE FROM hotlist WHERE fingerprint=?", (print_,))
    if not gone.rowcount:
        raise AcquirerError(f"{shown(digits)}: is not on the hotlist")
    _new_hotlist(store)


def _check_entry(digits: str) -> None:
    if not (digits.isascii() and digits.isdigit()):
        raise AcquirerError("a hotlist entry must be digits")
    if not ENTRY_MIN_DIGITS <= len(digits) <= ENTRY_MAX_DIGITS:
        raise AcquirerError(
            f"a hotlist entry must be {ENTRY_MIN_DIGITS} to {ENTRY_MAX_DIGITS} digits"
        )


def listed(store: Store) -> dict:
    """Return the hotlist masked, with the check value that terminals report of theirs."""
    entries = _entries(store)
    return {
        "version": _hotlist_version(store),
        "check": f"{zlib.crc32(b''.join(_wire(digits) for digits in entries)):08X}",
        "entries": [{"kind": _kind(digits), "digits": shown(digits)} for digits in entries],
    }


def _kind(digits: str) -> str:
    return "pan" if len(digits) >= PAN_MIN_DIGITS else "bin"


def shown(digits: str) -> str:
    """Return an entry as people may see it."""
    return accounts.mask(digits) if _kind(digits) == "pan" else digits


def _entries(store: Store) -> "list[str]":
    rows = store.db.execute("SELECT entry FROM hotlist ORDER BY id").fetchall()
    return [store.vault.open(row["entry"]).decode("ascii") for row in rows]


def _hotlist_version(store: Store) -> int:
    row = store.db.execute("SELECT version FROM hotlist_versions").fetchone()
    return row["version"] if row else 0


def _new_hotlist(store: Store) -> None:
    version = _hotlist_version(store) + 1
    store.db.execute("DELETE FROM hotlist_versions")
    store.db.execute("INSERT INTO hotlist_versions(version) VALUES(?)", (version,))


def _version(store: Store, row: sqlite3.Row, what: str) -> int:
    return row["parameters_version"] if what == "parameters" else _hotlist_version(store)


def _registered(store: Store, tid: str) -> sqlite3.Row:
    if not store.db.execute("SELECT 1 FROM terminals WHERE tid=?", (tid,)).fetchone():
        raise AcquirerError(f"terminal {tid}: is not registered")
    return _row(store, tid)


def _find(store: Store, tid: str) -> "sqlite3.Row | None":
    return store.db.execute("SELECT * FROM downloads WHERE tid=?", (tid,)).fetchone()


def _row(store: Store, tid: str) -> sqlite3.Row:
    """Return the terminal's row, made when missing."""
    if _find(store, tid) is None:
        store.db.execute("INSERT INTO downloads(tid) VALUES(?)", (tid,))
    return _find(store, tid)


def _set(store: Store, tid: str, column: str, value: "str | int") -> None:
    store.db.execute(f"UPDATE downloads SET {column}=? WHERE tid=?", (value, tid))


HANDLERS = {
    "parameters": part,
    "parameters_end": end,
    "hotlist": part,
    "hotlist_end": end,
    "status": status,
}
