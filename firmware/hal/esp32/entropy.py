# SPDX-License-Identifier: MIT
"""Random bytes of the ESP32, for keys and IVs.

`os.urandom` reads the hardware generator. It is fed by thermal noise only while the radio is on
(or the boot loader's ADC source, which MicroPython does not switch on); without it the numbers are
only pseudo-random, and nobody could tell from looking at them. So they are refused.
"""

import os

import network

from pos.core.errors import KeyStoreError


def random(length: int) -> bytes:
    """Return bytes of the generator; KeyStoreError when the radio that feeds it is off."""
    if not network.WLAN(network.STA_IF).active():
        raise KeyStoreError("random source is off")
    return os.urandom(length)
