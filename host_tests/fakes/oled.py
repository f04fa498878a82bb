# SPDX-License-Identifier: MIT
"""An SSD1306 on an I2C bus, to its data sheet: unknown or in a wrong order raises."""

_WIDTH = 128
_LINES = 64

# command: allowed values of its argument
_ONE_ARGUMENT = {
    0x20: (0x02,),  # page addressing is all this fake knows
    0x81: range(256),
    0x8D: (0x10, 0x14),
    0xA8: (_LINES - 1,),
    0xD3: (0,),
    0xD5: range(256),
    0xD9: [high << 4 | low for high in range(1, 16) for low in range(1, 16)],
    0xDA: (0x12,),  # 64 lines: alternative pins, no left/right remap
    0xDB: (0x00, 0x20, 0x30),
}
_ALONE = (0x2E, 0x40, 0xA1, 0xA4, 0xA6, 0xC8)  # A1 and C8: the way up all modules are mounted
_NEEDED = (0x20, 0x40, 0xA1, 0xA8, 0xC8, 0xD3, 0xDA, 0x8D, 0x81)


class FakeOled:
    """The bus with the one chip on it. `unplugged` makes it fall silent; `dead` after n writes."""

    def __init__(self, address=0x3C):
        self.address = address
        self.unplugged = False
        self.dead = -1
        self.pages_sent = []
        self.power_on()

    def power_on(self):
        """Fresh power: registers as after reset, RAM as it comes."""
        self.ram = bytearray([0xAA] * (_WIDTH * _LINES // 8))
        self.written = set()
        self.set = {}
        self.on = False
        self._page = self._column = -1

    def writeto(self, address, buffer):
        """One transfer: control byte, then commands or data."""
        if address != self.address:
            raise AssertionError("nobody at address %x" % address)
        if self.unplugged or not self.dead:
            raise OSError(19)
        self.dead -= 1
        if buffer[0] == 0x00:
            self._commands(bytes(buffer[1:]))
        elif buffer[0] == 0x40:
            self._data(buffer)
        else:
            raise AssertionError("control byte %x" % buffer[0])
        return len(buffer)

    def _commands(self, data):
        if not data:
            raise AssertionError("no command")
        at = 0
        while at < len(data):
            command = data[at]
            at += 1
            if command in _ONE_ARGUMENT:
                if at == len(data) or data[at] not in _ONE_ARGUMENT[command]:
                    raise AssertionError("argument of command %x" % command)
                self.set[command] = data[at]
                at += 1
            else:
                self._command(command)

    def _command(self, command):
        if command in _ALONE:
            self.set[command] = None
        elif 0xB0 <= command <= 0xB7:
            self._page = command & 7
        elif command < 0x10:
            self._column = max(self._column, 0) & 0xF0 | command
        elif command < 0x18:
            self._column = max(self._column, 0) & 0x0F | (command & 7) << 4
        elif command == 0xAE:
            self.on = False
        elif command == 0xAF:
            self._switch_on()
        else:
            raise AssertionError("command %x" % command)

    def _switch_on(self):
        for needed in _NEEDED:
            if needed not in self.set:
                raise AssertionError("switched on without command %x" % needed)
        if self.set[0x8D] != 0x14:
            raise AssertionError("switched on without charge pump")
        if len(self.written) != len(self.ram):
            raise AssertionError("switched on with a random picture")
        self.on = True

    def _data(self, buffer):
        if 0x20 not in self.set:
            raise AssertionError("data before the addressing mode")
        if self._page < 0 or self._column < 0:
            raise AssertionError("data to nowhere")
        if not 1 < len(buffer) <= _WIDTH - self._column + 1:
            raise AssertionError("data over the edge of a page")
        self.pages_sent.append(self._page)
        for i in range(1, len(buffer)):
            at = self._page * _WIDTH + self._column
            self.ram[at] = buffer[i]
            self.written.add(at)
            self._column += 1
        self._column = -1  # strict: every page is preceded by its address

    def picture(self):
        """Return what is to be seen, a str of `#` and `.` a line."""
        if not self.on:
            return ["." * _WIDTH] * _LINES
        return [
            "".join(["#" if self._lit(x, y) else "." for x in range(_WIDTH)])
            for y in range(_LINES)
        ]

    def _lit(self, x, y):
        return self.ram[y // 8 * _WIDTH + x] >> y % 8 & 1
