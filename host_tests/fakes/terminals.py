# SPDX-License-Identifier: MIT
"""A terminal on a fake board with a scripted host: flows as the cashier sees them."""

from fakes import ledgers
from fakes.board import Cashier, FakeBoard
from fakes.flash import NorMemory
from fakes.hosts import FakeHost, FakeKeys
from pos import app
from pos.core import aio
from pos.core.errors import PowerOff
from pos.core.profile import Profile
from pos.txn import startup
from pos.txn.context import Context
from pos.ui.prompts import Prompts


class Terminal:
    """Built from small parts: 48 KB of flash, no real keys, no sockets."""

    def __init__(self, nor: object = None, **profile: object) -> None:
        self.nor = nor or NorMemory(ledgers.COUNTER_BYTES + 12 * 4096)
        self.profile = profile
        self.paper = []
        self.ctx = None
        self.board = None
        self.host = None

    def run(self, actions: list, script: list, printer: list = ()) -> None:
        """Boot, let the cashier act, until nothing is left to do; the script must be used up."""
        self.nor = self.nor.reboot()
        cashier = actions if isinstance(actions, Cashier) else Cashier(actions)
        board = FakeBoard(self.nor, cashier, None, self.paper, **self.profile)
        board.printer.states = list(printer)
        self.prepare(board)
        profile = Profile(board.profile())
        ledger = ledgers.load(self.nor, **self.profile)
        self.host = FakeHost(script)
        self.host.profile = profile
        self.ctx = Context(profile, ledger, self.make_keys, lambda: self.host, board)
        self.ctx.prompts = Prompts(board, profile)
        self.board = board
        aio.run(self._main())
        if self.host.script:
            raise AssertionError(
                "host was never asked: %s" % [call[0] for call in self.host.script]
            )

    def prepare(self, board: FakeBoard) -> None:
        """Change the board before it starts."""

    def make_keys(self) -> object:
        """Return the keys a flow opens."""
        return FakeKeys(self.host)

    async def _main(self) -> None:
        try:
            await startup.run(self.ctx)
            while True:
                await app.turn(self.ctx)
        except PowerOff:
            return

    def screens(self) -> list:
        """Return the ids shown, each run of the same one once."""
        ids = []
        for screen, _ in self.board.display.shown:
            if not ids or ids[-1] != screen:
                ids.append(screen)
        return ids

    def lines(self, screen: str) -> list:
        """Return the lines of the last time a screen was shown."""
        return [lines for shown, lines in self.board.display.shown if shown == screen][-1]

    def book(self) -> object:
        """Return the book as a reboot finds it."""
        return ledgers.load(self.nor.reboot(), **self.profile).book
