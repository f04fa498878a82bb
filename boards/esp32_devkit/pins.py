# SPDX-License-Identifier: MIT
"""Wiring of the ESP32 dev board. Numbers are GPIOs; see README.md for the plugs."""

from micropython import const

PRINTER_UART = const(2)
PRINTER_TX = const(17)
PRINTER_RX = const(16)
PRINTER_BAUD = const(9600)
PRINTER_TXBUF_BYTES = const(2048)  # a slip fits, so that write() never waits (features.md 3.2)
