# SPDX-License-Identifier: MIT
"""UART as drivers want it: write what fits, read what is there."""

from machine import UART


def open_uart(pins: object) -> object:
    """Return the printer's UART of a pin table; read() answers at once."""
    return UART(
        pins.PRINTER_UART,
        baudrate=pins.PRINTER_BAUD,
        tx=pins.PRINTER_TX,
        rx=pins.PRINTER_RX,
        txbuf=pins.PRINTER_TXBUF_BYTES,
        timeout=0,
    )
