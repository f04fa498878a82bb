# SPDX-License-Identifier: MIT
"""Contracts of all that a board hands to the firmware. To read: no device imports it.

A board object has the attributes below; `boards/bench` and `boards/esp32_devkit` are two of them,
`host_tests/fakes/board.py` is a third.
"""


class Flash:
    """One partition of raw NOR flash. Each program or erase call is a point where power can go."""

    size: int  # a multiple of 4096

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes."""

    def read_into(self, offset: int, buffer: bytearray) -> None:
        """Fill the buffer."""

    def program(self, offset: int, data: bytes) -> None:
        """Clear bits; StoreError when a bit would have to be set."""

    def erase(self, offset: int) -> None:
        """Set the 4096-byte sector at `offset` to 0xFF."""


class Clock:
    """Calendar and stopwatch."""

    def now(self) -> tuple:
        """Return (year, month, day, hour, minute, second), local time."""

    def set(self, fields: tuple) -> None:
        """Set the calendar to what `now` is to return. A clock without it is corrected in RAM."""

    def ticks_ms(self) -> int:
        """Return a millisecond counter that wraps; only ticks_diff compares two of them."""

    def ticks_diff(self, end: int, start: int) -> int:
        """Return end - start in milliseconds."""


class Display:
    """Shows one screen."""

    def show(self, screen: str, lines: list) -> None:
        """Replace what is shown. `screen` is an id of ui/screens.py."""


class Inputs:
    """Keys and swipes in the order they happened."""

    async def get(self, timeout_ms: int) -> tuple:
        """Return ("key", name) or ("swipe", flux); None when the time is up.

        flux has three, one a track: None, (array "H" of intervals in microseconds, count),
        (bytearray of bits, one a byte, count), a text in a bytearray, or a str that says why the
        reader could not read the track. Bits and texts are zeroed by reading them. Tracks that the
        board's reader does not have (`Board.tracks`) are None: they are never sent.
        Raises PowerOff when no input can come any more.
        """

    def drop(self, everything: bool) -> bool:
        """Forget what was typed and swiped so far; return whether CANCEL was typed.

        Not `everything`: forget only what was typed up to CANCEL, if that is among it.
        """


class KeyPort:
    """The line a key loader is on. It brings lines only while `loader` is set."""

    loader: object  # of keystore/loading.py or None: byte(char), line(message) -> dict, forget()


class PinPad:
    """An approved PIN pad with keys of its own: it gives blocks, never digits.

    txn/pin.py has the other implementation, keypad and key store. How the PIN key of a sign-on
    gets into a pad is between the pad and the board that drives it.
    """

    async def enter(self, amount_minor: int, pan: memoryview, timeout_s: int) -> bytearray:
        """Return the block enciphered under the PIK, 8 bytes (SM4: 16), None where it was skipped.

        `pan` is the last thirteen digits in ASCII, a view that is zeroed after the transaction.
        Raises Cancelled on its CANCEL key and when the time is up, Refused when it does not work.
        """


class Printer:
    """A slip printer on a UART."""

    async def status(self) -> str:
        """Return "ok", "paper", "cover" or "offline"."""

    async def write(self, data: bytes) -> None:
        """Send bytes; a blocked printer keeps or loses them, `proof` tells."""

    async def proof(self) -> bool:
        """Return whether the printer answered GS r 1: all that was sent before is on paper."""


class Transport:
    """One connection for one exchange."""

    sent: bool  # False as long as no byte can have left; without it: from the call of `send` on
    link_up: object  # () -> bool, whether there is a network at all; without it: always

    async def open(self) -> None:
        """Connect; NotSent when that fails."""

    async def send(self, data: bytes) -> None:
        """Send all bytes; OSError on failure."""

    async def recv_into(self, space: memoryview) -> int:
        """Fill from the front; return how many bytes came, 0 when the other side has closed.

        No copy of them stays behind: an answer may hold a card number.
        """

    def close(self) -> None:
        """Give the connection up; safe to call twice."""


class Board:
    """The whole machine."""

    clock: Clock
    display: Display
    inputs: Inputs
    printer: Printer
    tracks: tuple  # what the stripe reader delivers: (1, 2), (2, 3) or (1, 2, 3)
    buzzer: object  # .beep(kind)
    key_port: KeyPort  # None: keys cannot be loaded through the board
    pin_pad: PinPad  # None: PINs come from `inputs`

    def start(self, tampered: object) -> None:
        """Begin to listen; called once, inside the running loop, before anything else.

        `tampered()` is to be called at once when the case is opened, whatever else goes on.
        """

    def profile(self) -> dict:
        """Return the terminal's parameters (core/profile.py)."""

    def partition(self, name: str) -> Flash:
        """Return the partition "journal", "counter", "keys", "params" or "hotlist"."""

    def device_key(self) -> bytes:
        """Return the 32-byte key that never leaves this device."""

    def random(self, length: int) -> bytes:
        """Return random bytes of the hardware source."""

    def transport(self, profile: object, backup: bool = False) -> Transport:
        """Return a new, unopened connection to the acquirer's primary or backup host."""

    def log(self, event: str, text: str) -> None:
        """Report for the engineer. Callers hand it no card data."""
