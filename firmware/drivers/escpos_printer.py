# SPDX-License-Identifier: MIT
"""Slip printer that speaks ESC/POS over a UART with a return line (features.md 3.1-3.3).

The UART is handed in: `write(data)` and a `read(n)` that returns at once, b"" or None when nothing
came. Nothing here waits longer than the constants say.
"""

from micropython import const

from pos.core import aio

_CHUNK_BYTES = const(128)  # small enough for every printer's buffer between two looks at the line
_POLL_MS = const(5)
_STATUS_WAIT_MS = const(200)
_PROOF_WAIT_MS = const(3000)

_OFFLINE_CAUSE = b"\x10\x04\x02"  # DLE EOT 2
_PAPER_SENSOR = b"\x10\x04\x04"  # DLE EOT 4
_ORDERED_STATUS = b"\x1d\x72\x01"  # GS r 1: answered behind everything before it

_COVER_OPEN = const(0x04)
_PAPER_END = const(0x60)


class EscposPrinter:
    """Printer port over one UART. One writer only: the printing service."""

    def __init__(self, uart: object) -> None:
        self._uart = uart

    async def status(self) -> str:
        """Return "ok", "paper", "cover", or "offline" when nothing answers."""
        self._drain()
        cause = await self._ask(_OFFLINE_CAUSE, _STATUS_WAIT_MS, _is_realtime)
        if cause < 0:
            return "offline"
        if cause & _COVER_OPEN:
            return "cover"
        paper = await self._ask(_PAPER_SENSOR, _STATUS_WAIT_MS, _is_realtime)
        return "paper" if paper < 0 or paper & _PAPER_END else "ok"

    async def write(self, data: bytes) -> None:
        """Send a slip in chunks; other tasks run in between."""
        view = memoryview(data)
        for start in range(0, len(data), _CHUNK_BYTES):
            self._uart.write(view[start : start + _CHUNK_BYTES])
            await aio.sleep_ms(0)

    async def proof(self) -> bool:
        """Return whether the printer has printed all that was sent, within three seconds."""
        self._drain()
        return await self._ask(_ORDERED_STATUS, _PROOF_WAIT_MS, _is_ordered) >= 0

    async def _ask(self, command: bytes, wait_ms: int, fits: object) -> int:
        """Return the answer byte that fits, -1 when none came."""
        self._uart.write(command)
        for _ in range(wait_ms // _POLL_MS):
            answer = self._uart.read(1)
            if answer and fits(answer[0]):
                return answer[0]
            if not answer:
                await aio.sleep_ms(_POLL_MS)
        return -1

    def _drain(self) -> None:
        while self._uart.read(1):
            pass


def _is_realtime(byte: int) -> bool:
    """DLE EOT answers have fixed bits: 0xx1xx10."""
    return byte & 0x93 == 0x12


def _is_ordered(byte: int) -> bool:
    """GS r answers: 0xx0xxxx."""
    return byte & 0x90 == 0
