# SPDX-License-Identifier: MIT
"""The device key: 32 bytes in NVS, made by the chip's own generator on first start, radio on.

Without flash encryption NVS can be read out by whoever holds the chip: see boards/esp32_devkit.
"""

from micropython import const

import esp32

from hal.esp32.entropy import random
from pos.core.entropy import Entropy
from pos.core.errors import KeyStoreError

_KEY_BYTES = const(32)


def device_key() -> bytes:
    """Return the key; makes it when NVS has none. KeyStoreError: no source to make it from."""
    nvs = esp32.NVS("espos")
    key = bytearray(_KEY_BYTES)
    try:
        length = nvs.get_blob("device", key)
    except OSError:  # not found: first start
        key[:] = Entropy(random).read(_KEY_BYTES)
        nvs.set_blob("device", key)
        nvs.commit()
        length = _KEY_BYTES
    if length != _KEY_BYTES:
        raise KeyStoreError("device key in NVS has %d bytes" % length)
    return bytes(key)
