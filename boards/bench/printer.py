# SPDX-License-Identifier: MIT
"""The bench's slip printer: a UART with an ESC/POS printer behind it, paper and faults by script.

Paper comes out at each end-of-slip query (GS r 1): all that was printed since the one before, as a
list of chunks, for one `print` event. A blocked printer keeps what it is sent in its buffer, as
real ones do. Chunks stay as they came: a slip in one piece would need room the heap may not have.
"""

from micropython import const

_DLE = const(0x10)
_EOT = const(0x04)
_QUERY = b"\x1d\x72\x01"  # GS r 1
_OK = const(0x12)  # fixed bits of a real-time status
_COVER_CAUSE = const(0x04)
_PAPER_CAUSE = const(0x20)
_PAPER_GONE = const(0x6C)
_BUFFER_BYTES = const(8192)


class BenchPrinter:
    """UART port towards the driver; `setting()` towards the script; `out(chunks)` is the paper."""

    def __init__(self, out: object) -> None:
        self._out = out
        self._paper = True
        self._cover = True  # closed
        self._eat = 0  # bytes still to be lost on the line
        self._waiting = []  # chunks received and not printed
        self._size = 0  # bytes in them
        self._printed = []
        self._answers = []

    def setting(self, message: dict) -> None:
        """Take {"do":"printer","paper":"out|ok","cover":"open|ok","eat":n}."""
        if "paper" in message:
            self._paper = message["paper"] == "ok"
        if "cover" in message:
            self._cover = message["cover"] == "ok"
        self._eat += int(message.get("eat", 0))
        self._work()

    def write(self, data: bytes) -> None:
        """Bytes from the terminal, a command or a chunk of a slip a call."""
        data = bytes(data)
        if len(data) == 3 and data[0] == _DLE and data[1] == _EOT:
            self._real_time(data[2])
            return
        lost = min(self._eat, len(data))
        self._eat -= lost
        data = data[lost : lost + _BUFFER_BYTES - self._size]
        if data:
            self._waiting.append(data)
            self._size += len(data)
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
        """Print what was received, answering each query in its turn."""
        while self._paper and self._cover and self._waiting:
            chunk = self._waiting.pop(0)
            self._size -= len(chunk)
            if chunk != _QUERY:
                self._printed.append(chunk)
                continue
            if self._printed:
                self._out(self._printed)
                self._printed = []
            self._answers.append(0)
