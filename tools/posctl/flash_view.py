# SPDX-License-Identifier: MIT
"""Reads a terminal's flash untouched: the firmware's own recovery, over a copy in memory."""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass, field

from posctl import firmware
from posctl.paths import BOARDS
from posctl.statedir import StateDir

PARTITIONS = {
    "keys": (0, 16384),
    "counter": (16384, 16384),
    "journal": (32768, 491520),
    "params": (524288, 8192),
    "hotlist": (532480, 40960),
}


@dataclass
class FlashView:
    """What a flash holds. `error` says what broke the reading; what came before is still here."""

    batches: list = field(default_factory=list)  # BatchView, oldest first
    pending: list = field(default_factory=list)  # Deals with reversal tries left
    unresolved: list = field(default_factory=list)
    error: str = ""


@dataclass
class BatchView:
    """One batch: its book as it stood at its end (or stands now) and its deals in order."""

    book: object
    state: str  # open, settling or closed
    deals: list


class _Walk:
    """Takes the records in order and remembers the book of each batch at its end."""

    def __init__(self) -> None:
        from pos.ledger import records
        from pos.ledger.book import Book
        from pos.ledger.history import History

        self._records = records
        self._book_type = Book
        self._kept: list = []
        self.history = History()
        self.book = Book()
        self.ended: list = []  # (batch, book) of closed batches

    def apply(self, kind: int, seq: int, payload: memoryview) -> None:
        if kind == self._records.BATCH_OPEN and self.book.settle_flags and self.book.batch:
            self.ended.append((self.book.batch, self._frozen()))
        self.book.apply(kind, seq, payload)
        self._kept.append((kind, seq, bytes(payload)))
        self.history.apply(kind, seq, payload)

    def _frozen(self) -> object:
        book = self._book_type()
        for kind, seq, payload in self._kept:
            book.apply(kind, seq, memoryview(payload))
        return book


def nor_module() -> object:
    """Return boards/bench/nor.py, which is the bench's flash and no part of a package."""
    firmware.enable()
    spec = importlib.util.spec_from_file_location("bench_nor", BOARDS / "bench" / "nor.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_memory(image: bytes) -> object:
    """Return a NOR device on a copy of `image`: reading it, and recovering it, changes no file."""
    nor = nor_module()

    class Copy(nor.Nor):
        def __init__(self) -> None:
            super().__init__(len(image))
            self._cells = bytearray(image)

        def _load(self, offset: int, view: bytearray) -> None:
            view[:] = memoryview(self._cells)[offset : offset + len(view)]

        def _store(self, offset: int, data: bytes) -> None:
            self._cells[offset : offset + len(data)] = data

    return Copy()


def read(state: StateDir) -> FlashView:
    """Read the journal of a terminal."""
    device = in_memory(state.flash.read_bytes())
    from pos.core.errors import PosError

    walk, error = _Walk(), ""
    try:
        _load(device, state.device_key, walk.apply)
    except PosError as broken:
        error = broken.reason
    return _view(walk, error)


def _load(device: object, device_key: bytes, visit: Callable) -> None:
    from pos.keystore.keystore import KeyStore
    from pos.store.counter import Counter
    from pos.store.journal import Journal
    from pos.store.slots import AtomicSlot

    keys = KeyStore(AtomicSlot(device.partition(*PARTITIONS["keys"])), device_key, os.urandom)
    counter = Counter(device.partition(*PARTITIONS["counter"]))
    journal = device.partition(*PARTITIONS["journal"])
    Journal(journal, counter, keys.journal_key()).load(visit)


def _view(walk: _Walk, error: str) -> FlashView:
    view = FlashView(error=error)
    books = list(walk.ended)
    if walk.book.batch:
        books.append((walk.book.batch, walk.book))
    for batch, book in books:
        state = "settling" if book.settle_stan else "open"
        if book is not walk.book:
            state = "closed"
        deals = [walk.history.deals[key] for key in walk.history.order if key[0] == batch]
        view.batches.append(BatchView(book, state, deals))
    for deal in walk.book.pending.values():
        (view.unresolved if deal.unresolved else view.pending).append(deal)
    return view
