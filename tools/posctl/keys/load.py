# SPDX-License-Identifier: MIT
"""Loads keys into a running terminal, step by step (boards/bench/README.md: key loading).

An independent witness: check values are computed with `cryptography` (parts.py) and compared with
what the terminal answers, so a line that garbles a digit, or a terminal that combines wrongly, is
found before anything is stored. Nothing is kept; buffers are wiped by whoever made them.
"""

import time
from typing import Protocol

from posctl.errors import ToolError
from posctl.keys import parts

_ANSWER_S = 20.0
_MENU_S = 5.0
_RETRY_S = 1.0
_ALGORITHMS = ("tdes", "sm4", "aes")
CLOSED = "closed"  # the terminal is not in its loading mode


class Channel(Protocol):
    """What carries the lines (channel.py)."""

    name: str

    def send(self, message: dict) -> None:
        """Send one message."""

    def event(self, timeout_s: float) -> dict | None:
        """Return the next event, None when none came in time."""


class Loader:
    """One session with a terminal; a refusal and an answer that differs are each a ToolError."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._algorithm = "tdes"

    def open_mode(self, password: str, number: int) -> None:
        """Open the loading mode from here, as the supervisor would at the terminal's keys."""
        for wanted, keys in (
            ("menu", ("MENU",)),
            ("role.password", (str(number),)),
            ("keys.load", (*password, "ENTER")),
        ):
            for key in keys:
                self._channel.send({"do": "key", "key": key})
            self._come_to(wanted)

    def _come_to(self, wanted: str) -> None:
        deadline = time.monotonic() + _MENU_S
        while (left_s := deadline - time.monotonic()) > 0:
            event = self._channel.event(left_s)
            if event and event["ev"] == "screen" and event.get("id") == wanted:
                return
            if event and event["ev"] == "beep" and event.get("kind") == "error":
                break
        if wanted == "keys.load":
            self._channel.send({"do": "key", "key": "CANCEL"})  # it would ask again
            raise self._failed("the loading mode does not open: wrong password")
        raise self._failed("the loading mode does not open: is the terminal idle?")

    def begin(self, role: str, algorithm: str, components: int, wait_s: float) -> None:
        """Announce the components; waits so long for the operator to open the loading mode.

        The algorithm of a KBPK is ours to say, that of a TMK the terminal's.
        """
        deadline = time.monotonic() + wait_s
        request = {"do": "load", "step": "begin", "role": role, "components": components}
        if role == "KBPK":
            request["algorithm"] = algorithm
        while True:
            try:
                answer = self._ask(request)
                break
            except _Closed:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_RETRY_S)
        self._algorithm = str(answer.get("algorithm"))
        if self._algorithm not in _ALGORITHMS:
            raise self._failed("the terminal asks for keys of an algorithm not known here")

    def component(self, number: int, part: bytearray) -> str:
        """Send a component; return its check value, on which both sides agree."""
        own = parts.kcv(part, self._algorithm)
        request = {"do": "load", "step": "component", "component": number, "hex": part.hex()}
        told = self._ask(request).get("kcv")
        if told != own:
            raise self._failed(
                f"component {number}: check value is {own}, the terminal says {_short(told)}"
            )
        return own

    def combined(self, typed: list[bytearray]) -> str:
        """Return the check value of the key the components give; ToolError for one of no use."""
        key = parts.combine(typed, self._algorithm)
        try:
            return parts.kcv(key, self._algorithm)
        finally:
            parts.wipe(key)

    def store(self, kcv: str) -> str:
        """Confirm the key; return the check value the terminal has it stored with."""
        return self._stored({"do": "load", "step": "store", "kcv": kcv}, kcv)

    def block(self, text: str, wait_s: float) -> str:
        """Send a key block; return the check value of the key that was in it."""
        self.begin("TMK", "", 2, wait_s)  # asks whether the mode is open; a block begins anew
        return self._stored({"do": "load", "step": "block", "block": text}, None)

    def _stored(self, request: dict, kcv: str | None) -> str:
        answer = self._ask(request)
        told = answer.get("kcv")
        if answer.get("stored") is not True or (kcv is not None and told != kcv):
            raise ToolError(
                f"{self._channel.name}: stored with check value {_short(told)}, must be {kcv}"
            )
        return str(told)

    def leave(self) -> None:
        """End the loading mode; the terminal drops what was entered."""
        try:
            self._channel.send({"do": "load", "step": "leave"})
        except ToolError:
            pass  # it is gone, and its time-out does the same

    def _ask(self, request: dict) -> dict:
        self._channel.send(request)
        deadline = time.monotonic() + _ANSWER_S
        while (left_s := deadline - time.monotonic()) > 0:
            event = self._channel.event(left_s)
            if event is None or event["ev"] != "key":
                continue
            if event.get("error") == CLOSED:
                raise _Closed(f"{self._channel.name}: the terminal is not in its loading mode")
            if "error" in event:
                raise self._failed(f"the terminal refuses: {_short(event['error'])}")
            return event
        raise self._failed("the terminal does not answer")

    def _failed(self, text: str) -> ToolError:
        return ToolError(f"{self._channel.name}: {text}")


class _Closed(ToolError):
    """The operator has not opened the loading mode, or it has ended."""


def _short(told: object) -> str:
    return str(told)[:80]
