# SPDX-License-Identifier: MIT
"""DUKPT states at any counter, and keys the way a host finds them. For both runtimes."""

from pos.crypto.dukpt import state_bytes
from pos.crypto.dukpt_aes import AesDukpt
from pos.crypto.dukpt_tdes import TdesDukpt
from vectors_io import load

unhex = bytes.fromhex
TDES = load("dukpt_tdes.json")
AES = load("dukpt_aes.json")
TDES_KSN = unhex(TDES["ksn"])
AES_KSN = unhex(AES["key_id"] + "00000000")
TDES_KEY = unhex(TDES["initial_key"])
AES_KEY = unhex(AES["aes128"]["initial_key"])
AES256_KEY = unhex(AES["aes256"]["initial_key"])


def tdes() -> TdesDukpt:
    """Return the scheme of the annex."""
    return TdesDukpt(TDES_KSN)


def aes(key_bytes: int = 16) -> AesDukpt:
    """Return the scheme of the supplement."""
    return AesDukpt(AES_KSN, key_bytes)


def key_at(scheme: object, initial: bytes, counter: int) -> bytearray:
    """Return the key of a counter as a host finds it: from the initial key, bit after bit."""
    key = bytearray(initial)
    reached = 0
    for bit in range(scheme.bits - 1, -1, -1):
        if counter >> bit & 1:
            reached |= 1 << bit
            found = bytearray(len(key))
            scheme.derive(key, reached, found)
            key = found
    return key


def state_at(scheme: object, initial: bytes, counter: int) -> bytearray:
    """Return the state a device would be in before the transaction of this counter."""
    state = bytearray(state_bytes(scheme))
    state[:4] = counter.to_bytes(4, "big")
    size = scheme.key_bytes
    passed_lowest = False
    for bit in range(scheme.bits):
        is_set = counter >> bit & 1
        live = passed_lowest and not is_set or is_set and not passed_lowest
        passed_lowest = passed_lowest or bool(is_set)
        if live:
            above = (counter >> bit | 1) << bit
            state[4 + bit * size : 4 + bit * size + size] = key_at(scheme, initial, above)
    return state


def ones(number: int) -> int:
    """Return how many bits are set."""
    return bin(number).count("1")
