# SPDX-License-Identifier: MIT
"""The memory of a running child, looked through for canaries. Linux only.

Reads /proc/PID/mem over every writable range: heap, bss, stacks and anonymous maps.
"""

from pathlib import Path

from fakes import canaries


class NotAllowed(Exception):
    """The system does not let a process read its own child."""


def memory(pid: int) -> list[bytes]:
    """Return the content of every writable range of a process."""
    found = []
    try:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as cells:
            for line in maps:
                span, rights = line.split()[:2]
                if rights.startswith("rw"):
                    low, high = (int(end, 16) for end in span.split("-"))
                    cells.seek(low)
                    found.append(cells.read(high - low))
    except OSError as error:
        raise NotAllowed(f"/proc/{pid}/mem: {error.strerror}") from error
    return found


class Canaries:
    """What must not be found: {form: what it is}. Keys of earlier sign-ons stay in it."""

    def __init__(self) -> None:
        self._forms: dict[bytes, str] = {}

    def add(self, what: str, forms: list[bytes]) -> None:
        """Look for these forms too."""
        if not forms:
            raise AssertionError(f"{what}: nothing to look for")
        self._forms.update((form, what) for form in forms)

    def add_keys(self, held: dict[str, bytes]) -> None:
        """Look for keys and for their schedules."""
        for role, key in held.items():
            self.add(f"{role} clear", canaries.pieces(key))
            self.add(f"{role} schedule", canaries.schedule_rounds(key))

    def add_pin(self, pin: str, pan: str, pik: bytes) -> None:
        """Look for a PIN, its clear block and the block under the PIK."""
        clear, sealed = canaries.pin_blocks(pin, pan, pik)
        self.add("PIN", [pin.encode(), pin.encode()[::-1], pin.encode().hex().encode()])
        self.add("clear PIN block", canaries.pieces(clear))
        self.add("F52", canaries.pieces(sealed))

    def add_card(self, card: dict) -> None:
        """Look for a test card's PAN and the rest of its track."""
        tail = canaries.track_tail(card)
        self.add("PAN", canaries.number_pieces(card["pan"]))
        self.add("track", [f"{mark}{tail}".encode() for mark in "=D^"])
        self.add("track", canaries.number_pieces(tail))

    def found_in(self, ranges: list[bytes]) -> list[str]:
        """Return what is there, by name."""
        hits = {what for form, what in self._forms.items() if any(form in data for data in ranges)}
        return sorted(hits)
