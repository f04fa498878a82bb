# SPDX-License-Identifier: MIT
"""From a complete reading of the beam to the texts it may stand for: those whose LRC is right.

The beam follows parity only. Where a character had alternatives, another choice of them may make
the LRC right; which choices are cheapest is found exactly, by a table over the sum so far.
"""

from micropython import const

from pos.card import beam

_MOST_TEXTS = const(24)  # that one reading may give; a reading with more is not clear anyway
_MOST_PLACES = const(48)  # characters with alternatives


class Reading:
    """The codes of one complete reading (LRC last) and the alternatives of each character."""

    def __init__(self, parts: tuple, node: int, width: int) -> None:
        self.codes = bytearray()
        self.places = []  # [position, ((code ^ alternative, how much dearer), ...)]
        nodes, alternatives = parts[1], parts[2]
        chain = []
        while node:
            chain.append(node)
            node = nodes[2 * node] >> 7
        for position in range(len(chain)):
            node = chain[len(chain) - 1 - position]
            code = nodes[2 * node] & 127
            self.codes.append(code)
            others, k = [], nodes[2 * node + 1]
            while k:
                one = alternatives[k]
                others.append((code ^ one & 127, one >> 7 & 1023))
                k = one >> 17
            if others:
                self.places.append((position, others))
        self._sums = 1 << (width - 1)

    def nearest(self) -> int:
        """Return by how much the likeliest alternative of any character is dearer."""
        out = beam.FAR
        for _, others in self.places:
            for _, more in others:
                out = min(out, more)
        return out

    def texts(self, limit: int, found: object) -> None:
        """Call `found(cost, codes)` for each text with a right LRC, dearer by at most `limit`."""
        if len(self.places) > _MOST_PLACES:
            return
        self._left = _MOST_TEXTS
        total = 0
        for code in self.codes:
            total ^= code
        self._walk(len(self.places), total, 0, limit, self._bounds(), found)

    def _bounds(self) -> list:
        """Return for each number of places used the least cost of each sum they can make."""
        rows = [[0] + [beam.FAR] * (self._sums - 1)]
        for _, others in self.places:
            last = rows[-1]
            row = list(last)
            for change, more in others:
                for total in range(self._sums):
                    if last[total ^ change] + more < row[total]:
                        row[total] = last[total ^ change] + more
            rows.append(row)
        return rows

    def _walk(self, k: int, total: int, cost: int, limit: int, rows: list, found: object) -> None:
        """Try the alternatives of the first `k` places that can still make the sum `total`."""
        if cost + rows[k][total] > limit or not self._left:
            return
        if k == 0:
            self._left -= 1
            found(cost, self.codes)
            return
        self._walk(k - 1, total, cost, limit, rows, found)
        position, others = self.places[k - 1]
        for change, more in others:
            self.codes[position] ^= change
            self._walk(k - 1, total ^ change, cost + more, limit, rows, found)
            self.codes[position] ^= change
