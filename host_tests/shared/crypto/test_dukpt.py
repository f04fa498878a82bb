# SPDX-License-Identifier: MIT
import unittest

from fakes.dukpts import (
    AES,
    AES256_KEY,
    AES_KEY,
    AES_KSN,
    TDES,
    TDES_KEY,
    TDES_KSN,
    aes,
    key_at,
    ones,
    state_at,
    tdes,
    unhex,
)
from pos.crypto import dukpt
from pos.crypto.dukpt_aes import AesDukpt
from pos.crypto.dukpt_tdes import TdesDukpt
from pos.crypto.errors import CryptoError


def _started(scheme, initial):
    state = bytearray(dukpt.state_bytes(scheme))
    dukpt.start(scheme, bytearray(initial), state)
    return state


def _taken(scheme, state):
    key = bytearray(scheme.key_bytes)
    counter = dukpt.take(scheme, state, key)
    return counter, key


def _kept(scheme, state):
    """Return the keys that are in a state, without the empty places."""
    size = scheme.key_bytes
    places = [bytes(state[at : at + size]) for at in range(4, len(state), size)]
    return [key for key in places if any(key)]


class _Case(unittest.TestCase):
    def _refused(self, reason, make, *arguments):
        with self.assertRaises(CryptoError) as caught:
            make(*arguments)
        self.assertEqual(caught.exception.reason, reason)


class TestPublished(_Case):
    def _follow(self, scheme, initial, transactions):
        """Take one key after the other where counters follow each other, else jump."""
        state = None
        for vector in transactions:
            if state is None or dukpt.counter(state) != vector["counter"]:
                state = state_at(scheme, initial, vector["counter"])
            counter, key = _taken(scheme, state)
            self.assertEqual(counter, vector["counter"])
            if "key" in vector:
                self.assertEqual(key, unhex(vector["key"]), vector["counter"])
            self._uses(scheme, key, vector)

    def _uses(self, scheme, key, vector):
        for use, word in (
            (dukpt.PIN, "pin_key"),
            (dukpt.MAC_GENERATE, "mac_key"),
            (dukpt.DATA_ENCRYPT, "data_key"),
        ):
            if word in vector:
                algorithm = vector.get("algorithm", scheme.key_bytes // 8)
                found = scheme.working(key, vector["counter"], use, algorithm)
                self.assertEqual(found, unhex(vector[word]), (vector["counter"], word))
        if "pin_key_aes128" in vector:
            found = scheme.working(key, vector["counter"], dukpt.PIN, dukpt.AES128)
            self.assertEqual(found, unhex(vector["pin_key_aes128"]))

    def test_tdes_from_the_first_on(self):
        scheme = tdes()
        state = _started(scheme, TDES_KEY)
        for vector in TDES["transactions"][:21]:
            counter, key = _taken(scheme, state)
            self.assertEqual(counter, vector["counter"])
            self.assertEqual(key, unhex(vector["key"]))

    def test_tdes_over_the_skipped_counters(self):
        self._follow(tdes(), TDES_KEY, TDES["transactions"][21:])

    def test_aes_128(self):
        self._follow(aes(), AES_KEY, AES["aes128"]["transactions"])

    def test_aes_256(self):
        self._follow(aes(32), AES256_KEY, AES["aes256"]["transactions"])

    def test_aes_registers_after_loading(self):
        state = _started(aes(), AES_KEY)
        self.assertEqual(_kept(aes(), state), [unhex(key) for key in AES["aes128"]["registers"]])

    def test_aes_every_use(self):
        key = key_at(aes(), AES_KEY, 1)
        for use, want in AES["aes128"]["uses_counter_1"]:
            found = aes().working(key, 1, int(use, 16), dukpt.AES128)
            self.assertEqual(found, unhex(want), use)

    def test_aes_with_tdes_working_keys(self):
        key = key_at(aes(), AES_KEY, 1)
        for vector in AES["aes128"]["tdes_counter_1"]:
            found = aes().working(key, 1, int(vector["use"], 16), vector["algorithm"])
            self.assertEqual(found, unhex(vector["key"]), vector["use"])

    def test_ksn(self):
        self.assertEqual(tdes().ksn(0), TDES_KSN)
        self.assertEqual(tdes().ksn(0x1FF800), unhex("FFFF9876543210FFF800"))
        self.assertEqual(tdes().ksn(0x0FF801), unhex("FFFF9876543210EFF801"))
        self.assertEqual(aes().ksn(0xFFFF0000), AES_KSN[:8] + unhex("FFFF0000"))


class TestState(_Case):
    def test_what_the_device_keeps_is_what_the_host_would_expect(self):
        for scheme, initial, rounds in ((tdes(), TDES_KEY, 70), (aes(), AES_KEY, 300)):
            state = _started(scheme, initial)
            for _ in range(rounds):
                counter, key = _taken(scheme, state)
                self.assertEqual(key, key_at(scheme, initial, counter))
            self.assertEqual(state, state_at(scheme, initial, dukpt.counter(state)))

    def test_nothing_kept_is_a_past_key_or_leads_to_one(self):
        scheme = aes()
        state = _started(scheme, AES_KEY)
        past = [AES_KEY]
        for _ in range(64):
            _, key = _taken(scheme, state)
            past.append(bytes(key))
            for kept in _kept(scheme, state):
                self.assertFalse(kept in past)
        # What a kept key leads to has a counter with its bits and more: all of them still to come.
        now = dukpt.counter(state)
        for bit in range(scheme.bits):
            at = 4 + bit * 16
            if any(state[at : at + 16]):
                reached = (now >> bit | 1) << bit
                self.assertTrue(reached >= now)
                self.assertEqual(state[at : at + 16], key_at(scheme, AES_KEY, reached))

    def test_no_counter_twice_and_none_with_too_many_ones(self):
        # All of a smaller scheme: 7 bits, at most 3 ones.
        scheme = _Small()
        state = _started(scheme, bytes(range(16)))
        counters = []
        while dukpt.counter(state):
            counter, key = _taken(scheme, state)
            self.assertEqual(key, key_at(scheme, bytes(range(16)), counter))
            counters.append(counter)
        want = [n for n in range(1, 128) if ones(n) <= 3]
        self.assertEqual(counters, want)
        self.assertEqual(_kept(scheme, state), [])

    def test_last_of_tdes(self):
        state = state_at(tdes(), TDES_KEY, 0x1FF400)
        self.assertEqual(_taken(tdes(), state)[0], 0x1FF400)
        counter, key = _taken(tdes(), state)
        self.assertEqual(counter, 0x1FF800)
        self.assertEqual(key, key_at(tdes(), TDES_KEY, 0x1FF800))
        self.assertEqual(state, bytes(len(state)))
        self._refused("DUKPT keys are used up", _taken, tdes(), state)

    def test_last_of_aes(self):
        for size, initial in ((16, AES_KEY), (32, AES256_KEY)):
            state = state_at(aes(size), initial, 0xFFFF0000)
            self.assertEqual(_taken(aes(size), state)[0], 0xFFFF0000)
            self.assertEqual(state, bytes(len(state)))
            self._refused("DUKPT keys are used up", _taken, aes(size), state)


class _Small(AesDukpt):
    """AES DUKPT with few counters, to go through all of them."""

    bits = 7
    ones = 3

    def __init__(self):
        AesDukpt.__init__(self, AES_KSN, 16)


class TestRefused(_Case):
    def test_ksn_lengths(self):
        for ksn in (b"", TDES_KSN[:8], TDES_KSN[:9], TDES_KSN + b"\0", AES_KSN):
            self._refused("DUKPT KSN length", TdesDukpt, ksn)
        for ksn in (b"", AES_KSN[:8], AES_KSN[:11], AES_KSN + b"\0", TDES_KSN):
            self._refused("DUKPT KSN length", AesDukpt, ksn, 16)

    def test_initial_ksn_has_no_counter(self):
        for end in ("E00001", "E00100", "E10000", "F00000"):
            self._refused("DUKPT KSN counter is not zero", TdesDukpt, TDES_KSN[:7] + unhex(end))
        for end in ("00000001", "80000000"):
            self._refused("DUKPT KSN counter is not zero", AesDukpt, AES_KSN[:8] + unhex(end), 16)

    def test_key_lengths(self):
        for length in (0, 8, 15, 17, 31, 33):
            self._refused("DUKPT key length", AesDukpt, AES_KSN, length)
        for scheme, good in ((tdes(), 16), (aes(), 16), (aes(32), 32)):
            state = bytearray(dukpt.state_bytes(scheme))
            for length in (0, 8, 15, 17, 24, 33, 48 - good):
                if length != good:
                    self._refused(
                        "DUKPT key length", dukpt.start, scheme, bytearray(length), state
                    )
            self.assertFalse(any(state))

    def test_uses(self):
        for use in (0, 0x0001, 0x0003, 0x1001, 0x2003, 0x8000, 0x8001):
            self._refused("DUKPT key use", aes().working, bytearray(16), 1, use, dukpt.AES128)
            self._refused("DUKPT key use", tdes().working, bytearray(16), 1, use, dukpt.TDES2)
        self._refused("DUKPT key use", tdes().working, bytearray(16), 1, 0x0002, dukpt.TDES2)

    def test_algorithms(self):
        for algorithm in (-1, 5, 6):
            self._refused(
                "DUKPT key algorithm", aes().working, bytearray(16), 1, dukpt.PIN, algorithm
            )
        for algorithm in (1, 2, 3, 4, 5):
            self._refused(
                "DUKPT key algorithm", tdes().working, bytearray(16), 1, dukpt.PIN, algorithm
            )

    def test_no_working_key_is_stronger_than_its_parent(self):
        reason = "DUKPT working key stronger than its parent"
        for algorithm in (dukpt.AES192, dukpt.AES256):
            self._refused(reason, aes().working, bytearray(16), 1, dukpt.PIN, algorithm)
        self._refused(reason, aes(24).working, bytearray(24), 1, dukpt.PIN, dukpt.AES256)

    def test_uses_have_different_keys(self):
        for scheme, algorithm in ((tdes(), dukpt.TDES2), (aes(), dukpt.AES128)):
            key = bytearray(range(16))
            found = [
                bytes(scheme.working(key, 1, use, algorithm))
                for use in (0x1000, 0x2000, 0x2001, 0x3000, 0x3001)
            ]
            self.assertEqual(len(set(found + [bytes(key)])), 6)


if __name__ == "__main__":
    unittest.main()
