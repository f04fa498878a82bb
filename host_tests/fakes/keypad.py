# SPDX-License-Identifier: MIT
"""A key matrix without diodes that minds how it is read, and time for it."""

from drivers.keypad import LAYOUT_4X4, Keypad, Matrix

_WRAP = 0x3FFFFFFF
STEP_MS = 10


class FakeClock:
    """Starts just below the wrap of ticks_ms."""

    def __init__(self):
        self.now = _WRAP - 300

    def ticks_ms(self):
        return self.now & _WRAP

    def ticks_diff(self, end, start):
        return (end - start + 0x20000000 & _WRAP) - 0x20000000


class FakeMatrix:
    """Wires and switches: a column is low when any path of closed switches leads to a low row."""

    def __init__(self, rows, columns):
        self.down = set()  # (row, column) of the switches that are closed
        self._low = [False] * rows
        self._settled = False
        self.rows = tuple([self._row(i) for i in range(rows)])
        self.columns = tuple([self._column(i) for i in range(columns)])

    def _row(self, index):
        def drive(level):
            if level not in (0, 1):
                raise AssertionError("level %r" % (level,))
            self._low[index] = not level
            if sum(self._low) > 1:
                raise AssertionError("two rows driven")
            self._settled = False

        return drive

    def _column(self, index):
        def read():
            if not self._settled or True not in self._low:
                raise AssertionError("read before a row is driven and the columns have settled")
            return 0 if self._reaches(index) else 1

        return read

    def sleep_us(self, duration_us):
        if not 10 <= duration_us <= 100:
            raise AssertionError("settling takes %d us" % duration_us)
        self._settled = True

    def _reaches(self, column):
        low_rows = {self._low.index(True)}
        low_columns = set()
        while True:
            more = {c for r, c in self.down if r in low_rows} - low_columns
            if not more:
                return column in low_columns
            low_columns |= more
            low_rows |= {r for r, c in self.down if c in low_columns}


class Bench:
    """A keypad, its matrix and time: `hold` lets time pass with some keys down."""

    def __init__(self, layout=LAYOUT_4X4, rows=4, scroll=None):
        self.names = [name.split("/")[0] for name in layout.split()]
        self.clock = FakeClock()
        self.wires = FakeMatrix(rows, len(self.names) // rows)
        self.matrix = Matrix(self.wires.rows, self.wires.columns, self.wires.sleep_us)
        self.keypad = Keypad(self.matrix, layout, self.clock, scroll)
        self.pressed = []
        self.hold(50)

    def places(self, names):
        width = len(self.wires.columns)
        return {divmod(self.names.index(name), width) for name in names}

    def hold(self, duration_ms, *names):
        self.wires.down = self.places(names)
        for _ in range(duration_ms // STEP_MS):
            self.clock.now += STEP_MS
            event = self.keypad.scan(self.clock.ticks_ms())
            if event >= 0:
                self.pressed.append(self.keypad._events[event][1])

    def press(self, *names):
        """Press keys one after the other."""
        for name in names:
            self.hold(60, name)
            self.hold(60)
        return self.pressed
