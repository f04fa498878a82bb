# SPDX-License-Identifier: MIT
"""What TDES and AES DUKPT share on the device: future keys and the counter.

The algorithm of ANSI X9.24-1:2009 annex A and X9.24-3:2017 clause 6: from the initial key one key
for each counter bit is made, then the initial key goes. The key of a transaction is the one for
the lowest set bit of its counter. Before it is used, those that depend on it are derived and it is
erased, so what is kept never leads back to a past transaction. No BDK is ever here.

`scheme` is a dukpt_tdes.TdesDukpt or dukpt_aes.AesDukpt. `state` is a buffer of `state_bytes` that
belongs to the caller: the next transaction's counter in four bytes (0: used up), then a key for
each counter bit, lowest first, zeros where there is none now.
"""

from micropython import const

from pos.crypto.errors import CryptoError

# Uses of working keys, by their codes of X9.24-3 table 2; "generate" and "encrypt" are requests.
PIN = const(0x1000)
MAC_GENERATE = const(0x2000)
MAC_VERIFY = const(0x2001)
DATA_ENCRYPT = const(0x3000)
DATA_DECRYPT = const(0x3001)

# Algorithms of working keys, by their codes of the same table.
TDES2 = const(0)
TDES3 = const(1)
AES128 = const(2)
AES192 = const(3)
AES256 = const(4)

USED_UP = "DUKPT keys are used up"
_COUNTER_BYTES = const(4)


def state_bytes(scheme: object) -> int:
    """Return the size of a state."""
    return _COUNTER_BYTES + scheme.bits * scheme.key_bytes


def start(scheme: object, key: bytearray, state: bytearray) -> None:
    """Make the state of the first transaction from the initial key; the caller wipes the key."""
    if len(key) != scheme.key_bytes:
        raise CryptoError("DUKPT key length")
    _derive(scheme, key, 0, scheme.bits, state)
    _put_counter(state, 1)


def counter(state: bytearray) -> int:
    """Return the counter of the next transaction; 0 when there is none."""
    return state[0] << 24 | state[1] << 16 | state[2] << 8 | state[3]


def take(scheme: object, state: bytearray, key: bytearray) -> int:
    """Move the next transaction's key to `key` and advance; return its counter.

    CryptoError when none is left. The new state must be durable before the key is used.
    """
    now = counter(state)
    if not now:
        raise CryptoError(USED_UP)
    low = 0
    while not now >> low & 1:
        low += 1
    at = _COUNTER_BYTES + low * scheme.key_bytes
    for i in range(scheme.key_bytes):
        key[i] = state[at + i]
        state[at + i] = 0
    step = 1 << low
    if _ones(now) < scheme.ones:  # else no counter with more ones follows from this one
        _derive(scheme, key, now, low, state)
        step = 1
    _put_counter(state, now + step if now + step < 1 << scheme.bits else 0)
    return now


def _derive(scheme: object, key: bytearray, now: int, bits: int, state: bytearray) -> None:
    """Make the keys of the counters with one more bit than `now`, from the lowest `bits`."""
    size = scheme.key_bytes
    view = memoryview(state)
    for bit in range(bits):
        at = _COUNTER_BYTES + bit * size
        scheme.derive(key, now | 1 << bit, view[at : at + size])


def _ones(number: int) -> int:
    count = 0
    while number:
        number &= number - 1
        count += 1
    return count


def _put_counter(state: bytearray, number: int) -> None:
    for i in range(_COUNTER_BYTES):
        state[i] = number >> 24 - 8 * i & 255
