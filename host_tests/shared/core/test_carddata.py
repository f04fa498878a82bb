# SPDX-License-Identifier: MIT
"""Masking and wiping of card data."""

import unittest

from pos.core.carddata import Card, mask_pan


class CardTest(unittest.TestCase):
    def test_mask(self):
        self.assertEqual(mask_pan(b"6222021234560123"), "622202******0123")
        self.assertEqual(mask_pan(b"6200001234567"), "620000***4567")
        self.assertEqual(mask_pan(b"123456789012"), "************")

    def test_repr_is_masked(self):
        card = Card(bytearray(b"6222021234560123"), None, bytearray(b"6222021234560123=30"), None)
        self.assertEqual(repr(card), "Card(622202******0123)")
        self.assertFalse("123456" in str(card))

    def test_wipe(self):
        card = Card(bytearray(b"6222021234560123"), None, bytearray(b"6222=30"), None)
        card.wipe()
        self.assertEqual(bytes(card.pan) + bytes(card.track2), bytes(23))
