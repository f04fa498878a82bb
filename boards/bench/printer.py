# SPDX-License-Identifier: MIT
"""The bench's slip printer: a UART with an ESC/POS printer behind it, paper and faults by script.

Paper comes out as `print` events: one at each end-of-slip query (GS r 1), with all that was
printed since the one before. A blocked printer keeps what it is sent in its buffer, as real ones
do.
"""

from micropython import const

_DLE = const(0x10)
_EOT = const(0x04)
_OK = const(0x12)  # fixed bits of a real-time status
_COVER_CAUSE = const(0x04)
_PAPER_CAUSE = const(0x20)
_PAPER_GONE = const(0x6C)
_BUFFER_BYTES = const(4096)


class BenchPrinter:
    """UART port towards the driver; `setting()` towards the script."""

    def __init__(self, emit: object) -> None:
        self._emit = emit
        self._paper = True
        self._cover = True  # closed
        self._eat = 0  # bytes still to be lost on the line
        self._buffer = bytearray()  # received, not printed
        self._printed = bytearray()
        self._answers = bytearray()

    def setting(self, message: dict) -> None:
        """Take {"do":"printer","paper":"out|ok","cover":"open|ok","eat":n}."""
        if "paper" in message:
            self._paper = message["paper"] == "ok"
        if "cover" in message:
            self._cover = message["cover"] == "ok"
        self._eat += int(message.get("eat", 0))
        self._work()

    def write(self, data: bytes) -> None:
        """Bytes from the terminal."""
        data = bytes(data)
        if len(data) == 3 and data[0] == _DLE and data[1] == _EOT:
            self._real_time(data[2])
            return
        lost = min(self._eat, len(data))
        self._eat -= lost
        room = _BUFFER_BYTES - len(self._buffer)
        self._buffer.extend(data[lost:][:room])
        self._work()

    def read(self, count: int) -> bytes:
        """Bytes to the terminal."""
        answer = bytes(self._answers[:count])
        self._answers = self._answers[count:]
        return answer

    def _real_time(self, number: int) -> None:
        status = _OK
        if number == 2:
            status |= (0 if self._cover else _COVER_CAUSE) | (0 if self._paper else _PAPER_CAUSE)
        elif number == 4:
            status |= 0 if self._paper else _PAPER_GONE
        self._answers.append(status)

    def _work(self) -> None:
        """Print what is in the buffer, answering each query in its turn."""
        while self._paper and self._cover and self._buffer:
            query = bytes(self._buffer).find(b"\x1d\x72\x01")
            end = len(self._buffer) if query < 0 else query
            self._printed.extend(self._buffer[:end])
            self._buffer = self._buffer[end:] if query < 0 else self._buffer[query + 3 :]
            if query >= 0:
                self._out()
                self._answers.append(0)

    def _out(self) -> None:
        if self._printed:
            self._emit({"ev": "print", "hex": bytes(self._printed).hex()})
            self._printed = bytearray()
