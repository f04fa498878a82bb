# SPDX-License-Identifier: MIT
"""From a complete reading of the beam to the texts it may stand for: those whose LRC is right.

The beam follows parity only. Where a character had alternatives, another choice of them may make
the LRC right; the cheapest choices are found exactly, guided by a table of what each sum of codes
costs at least.
"""

from micropython import const

from pos.card import beam_merge

_MOST_TEXTS = const(24)  # at one limit; a reading with more is not clear anyway
_PARTS = const(7)  # limits to try, the lowest first
_MOST_TAKEN = const(5)  # alternatives in one text
_MOST_PLACES = const(107)  # characters with alternatives
_TABLE_BYTES = const(2624)  # two characters a row: 64 sums for 79 characters, 16 for 107
_COARSE_BITS = const(2)  # the table counts in fours, rounded down
_FAR = const(255)


def buffer() -> bytearray:
    """Return the table of a `Reading`, to be made once."""
    return bytearray(_TABLE_BYTES)


class Reading:
    """One complete reading: its codes, LRC last, and the alternatives of each character."""

    def __init__(self, parts: tuple, node: int, width: int, table: bytearray) -> None:
        self._nodes, self._others = parts[1], parts[2]
        self._table = table
        self._sums = 1 << (width - 1)
        self.codes = bytearray()
        self._places = []  # nodes that have alternatives, the first character first
        self._where = bytearray()  # their characters
        self._collect(node)

    def _collect(self, node: int) -> None:
        chain = []
        while node:
            chain.append(node)
            node = self._nodes[node] >> 7 & 1023
        for n in range(len(chain)):
            node = chain[len(chain) - 1 - n]
            self.codes.append(self._nodes[node] & 127)
            if self._nodes[node] >> 17 and n < _MOST_PLACES:
                self._places.append(node)
                self._where.append(n)

    def nearest(self) -> int:
        """Return by how much the likeliest alternative of any character is dearer."""
        out = 1023
        for node in self._places:
            k = self._nodes[node] >> 17
            while k:
                out = min(out, self._others[k] >> 7 & 1023)
                k = self._others[k] >> 17
        return out

    def texts(self, limit: int, found: object) -> None:
        """Call `found(cost, codes)` for each text with a right LRC, dearer by at most `limit`.

        The cheapest ones, at least two if there are two; some of them twice.
        """
        total = 0
        for code in self.codes:
            total ^= code
        self._fill()
        for part in range(1, _PARTS + 1):
            self._left, self._depth = _MOST_TEXTS, 0
            self._walk(len(self._places), total, 0, limit * part // _PARTS, found)
            if self._left < _MOST_TEXTS - 1:
                return

    def _fill(self) -> None:
        """Write, for every two places more, the least cost of each sum they can make.

        Never too much; a little less where two alternatives of one character would be cheaper.
        """
        table, sums = self._table, self._sums
        for total in range(sums):
            table[total] = _FAR if total else 0
        for n in range(len(self._places)):
            node = self._places[n]
            code = self._nodes[node] & 127
            row = (n + 2 >> 1) * sums
            if not n & 1:
                for total in range(sums):
                    table[row + total] = table[row - sums + total]
            k = self._nodes[node] >> 17
            while k:
                one = self._others[k]
                beam_merge.relax(
                    table, row, sums, code ^ one & 127, (one >> 7 & 1023) >> _COARSE_BITS
                )
                k = one >> 17

    def _walk(self, n: int, total: int, cost: int, limit: int, found: object) -> None:
        """Try the alternatives of the first `n` places that can still make the sum `total`.

        It calls itself for an alternative that is taken, not for each place: frames are heap.
        """
        while True:
            least = self._table[(n + 1 >> 1) * self._sums + total]
            if least == _FAR or cost + (least << _COARSE_BITS) > limit or not self._left:
                return
            if n == 0:
                self._left -= 1
                found(cost, self.codes)
                return
            n -= 1
            place = self._where[n]
            code = self.codes[place]
            k = self._nodes[self._places[n]] >> 17 if self._depth < _MOST_TAKEN else 0
            self._depth += 1
            while k:
                one = self._others[k]
                self.codes[place] = one & 127
                more = one >> 7 & 1023
                self._walk(n, total ^ code ^ one & 127, cost + more, limit, found)
                k = one >> 17
            self._depth -= 1
            self.codes[place] = code
