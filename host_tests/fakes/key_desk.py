# SPDX-License-Identifier: MIT
"""A desk for key ceremonies: a terminal and its acquirer, `posctl keys` typed at it, and an eye on
everything that was printed or written: no key in it. CPython only."""

import io
import sys
from pathlib import Path

import typer

from acquirer_sim import masterkeys, terminals
from acquirer_sim.core import Acquirer
from acquirer_sim.errors import AcquirerError
from acquirer_sim.store import open_store
from fakes.mini_terminal import MERCHANT, TID, TMK, MiniTerminal
from posctl import cli, flash_view, statedir
from posctl import keys as state_keys


class _Typed(io.StringIO):
    """A stdin; `people` says whether somebody sits there."""

    def __init__(self, text: str, people: bool) -> None:
        super().__init__(text)
        self._people = people

    def isatty(self) -> bool:
        return self._people


class KeyDesk:
    """`run` is one command line; `secrets` collects what must never be seen."""

    def __init__(self, folder: Path, monkeypatch: object, capsys: object) -> None:
        self.folder = folder
        self.db = folder / "acquirer.db"
        self.state = folder / "state"
        self.secrets = {TMK}
        self.said = ""
        self._stan = 0
        self._patch = monkeypatch
        self._capsys = capsys
        acquirer = Acquirer(self.db)
        acquirer.register(TID, TMK)
        acquirer.close()
        statedir.create(self.state, {"terminal": TID, "merchant": MERCHANT})
        state_keys.inject(self.state, bytearray(TMK))

    def run(self, *args: object, stdin: str = "") -> tuple:
        """Run `posctl keys` with a pipe at its stdin; return (code, stdout, stderr)."""
        self._patch.setattr(sys, "stdin", _Typed(stdin, False))
        return self._ended(cli.main(["keys", *map(str, args)]))

    def people(self, *args: object, typed: tuple, answers: str) -> tuple:
        """Run it with people: what they type unseen, and y or n to each question."""
        left, yes = list(typed), list(answers)

        def prompt(text: str, **options: object) -> str:
            assert options["hide_input"] and options["err"]
            return left.pop(0)

        self._patch.setattr(sys, "stdin", _Typed("", True))
        self._patch.setattr(typer, "prompt", prompt)
        self._patch.setattr(typer, "confirm", lambda text, **options: yes.pop(0) == "y")
        result = self._ended(cli.main(["keys", *map(str, args)]))
        assert not left and not yes, "not everything was asked"
        return result

    def _ended(self, code: int) -> tuple:
        out, err = self._capsys.readouterr()
        self.said += out + err
        return code, out, err

    def terminal_key(self, role: int = 1) -> "tuple | None":
        """Return (algorithm, key) of a role as the terminal's key store holds it."""
        state = statedir.open_state(self.state)
        with state_keys._told(state):
            from pos.keystore import keyring

            device = flash_view.in_memory(state.flash.read_bytes())
            ring = state_keys._store(state, device).ring()
            for held, algorithm, key in keyring.entries(ring):
                if held == role:
                    self.secrets.add(bytes(key))
                    return algorithm, bytes(key)
        return None

    def host_key(self) -> bytes:
        """Return the TMK the acquirer answers the next sign-on under."""
        store = open_store(self.db)
        key = store.vault.open(terminals.find(store, TID)["tmk"])
        change = masterkeys.pending(store, TID)
        store.close()
        self.secrets.update({key, *((change.old, change.new) if change else ())})
        return key

    def changing(self) -> bool:
        """Whether a change of TMK is under way."""
        store = open_store(self.db)
        change = masterkeys.pending(store, TID)
        store.close()
        return change is not None

    def trades(self, tries: int = 1) -> bool:
        """Whether the terminal, with the TMK it has, signs on in so many tries and sells."""
        acquirer = Acquirer(self.db)
        terminal = MiniTerminal(acquirer, tmk=self.terminal_key()[1])
        terminal.stan = self._stan
        try:
            for _ in range(tries):
                try:
                    terminal.sign_on()
                except AcquirerError:  # a check value is wrong
                    continue
                return terminal.sale(100).code == "00"
            return False
        finally:
            self._stan = terminal.stan
            acquirer.close()

    def check_nothing_seen(self) -> None:
        """No secret, nor half of one, in what was printed or in any file."""
        self.host_key()
        self.terminal_key()
        self.terminal_key(5)
        files = b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())
        for secret in self.secrets:
            for at in range(0, len(secret), 8):
                half = secret[at : at + 8]
                assert half not in files
                assert half.hex().encode() not in files.lower()
                assert half.hex() not in self.said.lower()
