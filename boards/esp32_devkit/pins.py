# SPDX-License-Identifier: MIT
"""Wiring of the ESP32 dev board. Numbers are GPIOs; see README.md for the plugs."""

from micropython import const

PRINTER_UART = const(2)
PRINTER_TX = const(17)
PRINTER_RX = const(16)
PRINTER_BAUD = const(9600)
PRINTER_TXBUF_BYTES = const(2048)  # a slip fits, so that write() never waits (features.md 3.2)

# Stripe reader: "" (swipes come over the bench link), "shift", "clock", "insertion", "flux",
# "text" (MagTek, ID TECH and UIC on a UART), "uic-lrc" (the same with LRC) or "msr605".
STRIPE = ""
STRIPE_TRACKS = (1, 2, 3)  # what is wired: (1, 2), (2, 3) or (1, 2, 3)
STRIPE_AUX = False  # shift: wait for the auxiliary flag, for cards with 13 zeros in their data
STRIPE_DATA = const(34)  # shift: DATA, from the chip
STRIPE_STROBE = const(33)  # shift: STROBE, to the chip
STRIPE_PRESENT = const(27)  # clock, insertion: card present
STRIPE_CLOCKS = ((18, 19), (21, 22), (23, 25))  # (strobe, data) of tracks 1 to 3; -1: not wired
STRIPE_FLUX = (34, 35, 32)  # flux: comparator outputs of tracks 1 to 3; -1: not wired
STRIPE_UART = const(1)  # text, msr605
STRIPE_BAUD = const(9600)
STRIPE_TX = const(26)
STRIPE_RX = const(35)

# Keypad: "" (keys come over the bench link), "4x4" or "5x4"; see README.md for the layouts.
KEYPAD = ""
KEYPAD_ROWS = (4, 13, 14, 27, 5)  # 4x4 uses the first four
KEYPAD_COLUMNS = (18, 19, 23, 25)
KEYPAD_TIMER = const(0)

OLED = False  # False: screens go over the bench link
OLED_I2C = const(0)
OLED_SDA = const(21)
OLED_SCL = const(22)
OLED_HZ = const(400000)
OLED_ADDRESS = const(0x3C)
