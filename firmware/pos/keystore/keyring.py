# SPDX-License-Identifier: MIT
"""The clear content of the key store, in one buffer that its user wipes.

Version 1: byte 0x01, then entries `role, algorithm, length, key`, then zeros to a multiple of 16.
Buffers are made in their final size: a growing one would leave copies of keys in the heap.
"""

from micropython import const

from pos.core.errors import KeyStoreError

_VERSION = const(1)
_HEAD_BYTES = const(3)
_PAD_TO_BYTES = const(16)


def pack(entries: list) -> bytearray:
    """Return the content made of (role, algorithm, key) entries."""
    size = 1
    for _, _, key in entries:
        size += _HEAD_BYTES + len(key)
    ring = bytearray((size + _PAD_TO_BYTES - 1) // _PAD_TO_BYTES * _PAD_TO_BYTES)
    ring[0] = _VERSION
    at = 1
    for role, algorithm, key in entries:
        ring[at] = role
        ring[at + 1] = algorithm
        ring[at + 2] = len(key)
        at += _HEAD_BYTES
        for byte in key:
            ring[at] = byte
            at += 1
    return ring


def entries(ring: bytearray) -> list:
    """Return the (role, algorithm, key) entries; each key is a view of `ring`."""
    if ring[0] != _VERSION:
        raise KeyStoreError("key store version")
    found = []
    view = memoryview(ring)
    at = 1
    while at < len(ring) and ring[at]:
        end = at + _HEAD_BYTES + (ring[at + 2] if at + 2 < len(ring) else 0)
        if at + _HEAD_BYTES >= end or end > len(ring):
            raise KeyStoreError("key store damaged")
        found.append((ring[at], ring[at + 1], view[at + _HEAD_BYTES : end]))
        at = end
    return found
