# SPDX-License-Identifier: MIT
"""A key loader at the other end of keystore/loading.py. For both runtimes."""

import unittest

from fakes.keystores import open_keys, signed_on
from pos.keystore.loading import Loading
from pos.keystore.roles import MAK, PIK, TMK

# check values were computed with `cryptography`
ONE = "11223344556677889900AABBCCDDEEFF"
TWO = "0123456789ABCDEFFEDCBA9876543210"
THREE = "89ABCDEF0123456776543210FEDCBA98"
KCVS = ("5ED7EA43", "08D7B4FB")
KCV = "E66F46DB"  # of ONE xor TWO
TMK_KEY = "10017623DCCDBA6767DC1023BA89DCEF"  # the same, odd parity
OLD = (TMK, PIK, MAK)


class Loader:
    """The other end: whole steps into a Loading over flash with keys."""

    def __init__(self, flash=None, algorithm="tdes"):
        self.flash = flash or signed_on()
        self.keys = open_keys(self.flash)
        self.loading = Loading(self.keys, algorithm)

    def begin(self, components=2, role="TMK", **more):
        return self.step("begin", role=role, components=components, **more)

    def component(self, number, digits):
        for char in digits.encode():
            self.loading.byte(char)
        return self.step("component", component=number)

    def store(self, kcv=KCV):
        return self.step("store", kcv=kcv)

    def step(self, name, **values):
        return self.loading.line(dict(values, do="load", step=name))

    def enter(self, *components):
        """Begin and send all components; return the last answer."""
        answer = self.begin(len(components))
        for i in range(len(components)):
            answer = self.component(i + 1, components[i])
        return answer


class LoadingCase(unittest.TestCase):
    def setUp(self):
        self.loader = Loader()
        self.before = bytes(self.loader.flash.cells)

    def refused(self, answer, reason):
        self.assertEqual(answer, {"ev": "key", "error": reason})
        self.kept()

    def kept(self):
        """The old keys are on flash, untouched, and in use."""
        self.assertEqual(self.loader.flash.cells, self.before)
        self.assertEqual(self.loader.keys.roles(), OLD)
        self.assertEqual(self.loader.loading.stored, ())
