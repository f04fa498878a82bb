# SPDX-License-Identifier: MIT
"""DUKPT states at any counter, and keys the way a host finds them. For both runtimes."""

from pos.crypto.aes import Aes
from pos.crypto.des import Tdes
from pos.crypto.dukpt import PIN, TDES3, state_bytes
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


def opened_pin(
    scheme: object, initial: bytes, ksn: bytes, algorithm: int, block: bytes, pan: bytes
) -> str:
    """Return the PIN in an enciphered block of format 0 or 4, as a host finds it."""
    counter = int.from_bytes(ksn[-4:], "big") & (1 << scheme.bits) - 1
    key = scheme.working(key_at(scheme, initial, counter), counter, PIN, algorithm)
    if algorithm <= TDES3:
        clear = _xor(Tdes(key).decrypt(block), unhex("0000") + unhex(pan[-13:-1].decode()))
        form, fill = "0", "f"
    else:
        cipher = Aes(key)
        field = "%d%s" % (len(pan) - 12, pan.decode())
        bound = unhex(field + "0" * (32 - len(field)))
        clear = cipher.decrypt(_xor(cipher.decrypt(block), bound))
        form, fill = "4", "a"
    text = clear.hex()
    length = int(text[1], 16)
    if text[0] != form or text[2 + length : 16] != fill * (14 - length):
        return ""
    return text[2 : 2 + length]


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes([a[i] ^ b[i] for i in range(len(a))])
