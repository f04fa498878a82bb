# SPDX-License-Identifier: MIT
"""ESP32 dev board: flash partitions, NVS, Wi-Fi, slip printer, keypad, OLED and stripe reader.

What pins.py does not name, keypad, display or stripe reader, is played by the bench link on the
USB serial port: a bare board is a whole terminal for whoever types JSON lines.
"""

import json
import time

from board import pins
from drivers.escpos_printer import EscposPrinter
from drivers.link import Link, emit
from hal.esp32.entropy import random
from hal.esp32.flash import PartitionFlash
from hal.esp32.identity import device_key
from hal.esp32.rtc import set_rtc
from hal.esp32.uart import open_uart
from hal.esp32.wifi import Wifi
from pos.core.errors import ProfileError

_PROFILE = "/profile.json"
_CA = "/ca.der"


class EspClock:
    """Clock port over the chip's RTC."""

    def now(self) -> tuple:
        """Return (year, month, day, hour, minute, second)."""
        return tuple(time.localtime()[:6])

    def set(self, fields: tuple) -> None:
        """Set the RTC, by which certificates are judged too."""
        set_rtc(fields)

    def ticks_ms(self) -> int:
        """Return milliseconds that wrap."""
        return time.ticks_ms()

    def ticks_diff(self, end: int, start: int) -> int:
        """Return end - start."""
        return time.ticks_diff(end, start)


class EspBoard:
    """Board port (core/ports.py)."""

    pin_pad = None

    def __init__(self) -> None:
        values = self.profile()
        self._wifi = Wifi(values.get("wifi_ssid", ""), values.get("wifi_password", ""))
        self._addresses = {}  # of host names, as they were found
        link = Link(self._no_setting)
        self.start = link.start
        link.lines.tracks = self.tracks = pins.STRIPE_TRACKS
        self.key_port = link.lines  # the USB serial port, also where keypad and screen are wired
        self.buzzer = link
        self.log = link.log
        self.clock = EspClock()
        self.display = self._display() or link
        self.inputs = self._inputs(link)
        self.printer = EscposPrinter(open_uart(pins))
        self.device_key = device_key
        self.random = random

    def _display(self) -> object:
        """Return the OLED of pins.py, None when there is none."""
        if not pins.OLED:
            return None
        from drivers.oled_screen import Screen, open_font
        from drivers.ssd1306 import Panel
        from hal.esp32.i2c import open_i2c

        font = open_font(__file__.rsplit("/", 1)[0] + "/font16.bin")
        return Screen(Panel(open_i2c(pins), pins.OLED_ADDRESS), font)

    def _inputs(self, link: Link) -> object:
        """Return the keypad of pins.py or else the link, joined by the stripe reader if any."""
        keys = link
        if pins.KEYPAD:
            from hal.esp32.keypad_pins import open_keypad

            keys = open_keypad(pins, self.clock, self.display.scroll if pins.OLED else None)
        if not pins.STRIPE:
            return keys
        from drivers.stripe_inputs import StripeInputs
        from hal.esp32.stripe import open_stripe

        return StripeInputs(keys, open_stripe(pins), self.clock)

    def profile(self) -> dict:
        """Return /profile.json of the board's file system; with TLS /ca.der must be there too."""
        try:
            with open(_PROFILE) as source:
                values = json.load(source)
        except (OSError, ValueError):
            raise ProfileError("%s cannot be read" % _PROFILE)
        if values.get("tls"):
            from pos.acquirer.dial import read_ca

            read_ca(_CA)
        return values

    def partition(self, name: str) -> object:
        """Return the data partition of this label."""
        return PartitionFlash(name)

    def transport(self, profile: object, backup: bool = False) -> object:
        """Return a connection to the primary or the backup host, unopened."""
        from pos.acquirer import dial

        return dial.transport(profile, backup, self._wifi.is_up, _CA, self._addresses)

    def fatal(self, error: object) -> None:
        """Say why the terminal cannot start."""
        emit({"ev": "fatal", "error": error.reason})

    def finish(self) -> int:
        """The link never closes on a serial port."""
        return 0

    def _no_setting(self, message: dict) -> None:
        emit({"ev": "log", "event": "link", "text": "%s is real here" % message["do"]})


def make_board() -> EspBoard:
    """Return the board."""
    return EspBoard()
