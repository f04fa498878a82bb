# SPDX-License-Identifier: MIT
"""SSD1306 OLED, 128x64, over I2C (Solomon Systech data sheet rev 1.1, clauses in brackets).

`Panel` is the chip: a picture made once, of which only changed pages are sent. The bus is handed
in: `writeto(address, buffer)`. A display that does not answer never stops a transaction: `ok` says
so, and the next picture starts the chip again.
"""

from micropython import const

_WIDTH = const(128)
_PAGES = const(8)
_STRIDE = const(129)  # a page behind the byte that says "data follows"
_ALL_PAGES = const(0xFF)

_COMMANDS = const(0x00)  # control byte: commands follow [8.1.5.2]
_DATA = const(0x40)
_PAGE_START = const(0xB0)  # [10.1.13]
_CONTRAST = const(0x81)
_DISPLAY_OFF = const(0xAE)
_DISPLAY_ON = const(0xAF)

# Everything but contrast and on: the chip shows nothing before its RAM is written.
_START = (
    b"\x00"
    b"\xae"  # display off [10.1.12]
    b"\x20\x02"  # page addressing [10.1.3]
    b"\x40"  # start line 0 [10.1.6]
    b"\xa1"  # column 127 is SEG0 [10.1.8]
    b"\xa8\x3f"  # 64 lines [10.1.11]
    b"\xc8"  # scan from COM63 [10.1.14]
    b"\xd3\x00"  # no offset [10.1.15]
    b"\xd5\x80"  # clock as after reset [10.1.16]
    b"\xd9\xf1"  # pre-charge for the charge pump [10.1.17]
    b"\xda\x12"  # alternative COM pins [10.1.18]
    b"\xdb\x20"  # VCOMH 0.77 Vcc, as after reset [10.1.19]
    b"\xa4"  # show the RAM [10.1.9]
    b"\xa6"  # not inverted [10.1.10]
    b"\x2e"  # no scrolling [10.2.3]
    b"\x8d\x14"  # charge pump on [application note 2.1]
)


class Panel:
    """The chip and its picture."""

    def __init__(self, i2c: object, address: int = 0x3C) -> None:
        self._i2c = i2c
        self._address = address
        self._picture = bytearray(_PAGES * _STRIDE)
        view = memoryview(self._picture)
        self._pages = tuple([view[i * _STRIDE : (i + 1) * _STRIDE] for i in range(_PAGES)])
        for page in self._pages:
            page[0] = _DATA
        self._goto = bytearray((_COMMANDS, _PAGE_START, 0x00, 0x10))  # page, column 0 [10.1.1-2]
        self._two = bytearray((_COMMANDS, _CONTRAST, 0x7F))
        self._switch = bytearray((_COMMANDS, _DISPLAY_ON))
        self._changed = _ALL_PAGES  # a bit a page
        self.ok = False  # the chip answered last time

    def put(self, page: int, column: int, source: bytes, at: int, count: int) -> None:
        """Copy columns of a page: a byte is eight dots, the top one lowest."""
        picture = self._picture
        to = page * _STRIDE + column + 1
        for i in range(count):
            dots = source[at + i]
            if picture[to + i] != dots:
                picture[to + i] = dots
                self._changed |= 1 << page

    def clear(self, page: int, column: int) -> None:
        """Clear a page from a column on."""
        picture = self._picture
        for at in range(page * _STRIDE + column + 1, (page + 1) * _STRIDE):
            if picture[at]:
                picture[at] = 0
                self._changed |= 1 << page

    def send(self) -> None:
        """Send the changed pages; the whole picture to a chip that did not answer last time."""
        try:
            if self.ok:
                self._send_changed()
            else:
                self._start()
            self.ok = True
        except OSError:  # paper and ledger do not depend on the screen; tried again next time
            self.ok = False

    def contrast(self, value: int) -> None:
        """Set the brightness, 0 to 255."""
        self._two[2] = value & 0xFF
        self._write(self._two)

    def power(self, on: bool) -> None:
        """Switch the panel on, or to sleep with its picture kept."""
        self._switch[1] = _DISPLAY_ON if on else _DISPLAY_OFF
        self._write(self._switch)

    def _start(self) -> None:
        self._i2c.writeto(self._address, _START)
        self._i2c.writeto(self._address, self._two)
        self._changed = _ALL_PAGES
        self._send_changed()
        self._i2c.writeto(self._address, self._switch)

    def _send_changed(self) -> None:
        for page in range(_PAGES):
            if self._changed & 1 << page:
                self._goto[1] = _PAGE_START | page
                self._i2c.writeto(self._address, self._goto)
                self._i2c.writeto(self._address, self._pages[page])
                self._changed &= ~(1 << page)

    def _write(self, commands: bytes) -> None:
        """Send commands to a running chip; one that is not gets the same when it starts."""
        if not self.ok:
            return
        try:
            self._i2c.writeto(self._address, commands)
        except OSError:  # as in `send`
            self.ok = False
