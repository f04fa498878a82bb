# SPDX-License-Identifier: MIT
"""What the acquirer tests share: the computed vectors' terminal, scripted keys, a deal, a card."""

from pos.core.carddata import Card
from pos.core.deal import SALE, VOID, Deal
from pos.core.errors import KeyStoreError
from pos.core.profile import Profile
from vectors_io import load

GOOD_MAC = b"600D600D"


def profile(**changes: object) -> Profile:
    """The terminal of 8583_computed.json."""
    values = {
        "terminal": "12345678",
        "merchant": "123456789012345",
        "header": "603100311100",
        "host": "127.0.0.1",
    }
    values.update(changes)
    return Profile(values)


def vector(name: str) -> dict:
    """One computed message."""
    for entry in load("8583_computed.json"):
        if entry["name"] == name:
            return entry
    raise AssertionError("no vector " + name)


def deal(kind: int = SALE, **changes: object) -> Deal:
    """The sale, or the void, of the computed messages."""
    made = Deal()
    made.kind = kind
    made.batch = 1
    made.stan = 123 if kind == SALE else 124
    made.amount_minor = 12345
    made.entry_mode = "021"
    if kind == VOID:
        made.original_batch = 1
        made.original_stan = 123
        made.original_rrn = "101530000123"
        made.original_auth = "A1B2C3"
    for name in changes:
        setattr(made, name, changes[name])
    return made


def card(track3: object = None) -> Card:
    """The test card of the computed messages."""
    track2 = bytearray(b"6200001234567892=30121201234567890123")
    return Card(bytearray(b"6200001234567892"), None, track2, track3)


def pin_block() -> bytearray:
    """F52 of the computed messages."""
    return bytearray(bytes.fromhex("44DB4B7A49EC5BCE"))


class Keys:
    """Keys that know one MAC: gives `mac` for every request, takes GOOD_MAC in every answer."""

    def __init__(self, mac: bytes = bytes(8)) -> None:
        self._mac = mac
        self.covered = None
        self.installed = []
        self.refuse = False

    def mac(self, chunks: tuple) -> bytes:
        """Note what was covered."""
        self.covered = b"".join([bytes(chunk) for chunk in chunks])
        return self._mac

    def mac_ok(self, chunks: tuple, f64: bytes) -> bool:
        """Whether F64 is GOOD_MAC."""
        if not b"".join([bytes(chunk) for chunk in chunks]):
            raise AssertionError("a MAC over nothing")
        return f64 == GOOD_MAC

    def install_working(self, f62: bytes, variant: str) -> None:
        """Note the keys, or refuse them."""
        if self.refuse:
            raise KeyStoreError("check value")
        self.installed.append((f62, variant))


class Clock:
    """Ticks just below the wrap."""

    def __init__(self) -> None:
        self._ticks = (1 << 30) - 3

    def ticks_ms(self) -> int:
        """Seven milliseconds later at each call."""
        self._ticks = (self._ticks + 7) & ((1 << 30) - 1)
        return self._ticks

    def ticks_diff(self, a: int, b: int) -> int:
        """a - b across the wrap."""
        return (a - b) & ((1 << 30) - 1)
