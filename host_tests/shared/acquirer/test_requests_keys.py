# SPDX-License-Identifier: MIT
"""Requests by family of keys: F52, F53, F59, encrypted tracks (unionpay.md 2.3, 4.3, 4.4)."""

import unittest

from fakes.acquirer import Clock, card, deal, pin_block, profile
from fakes.keystores import VECTORS, open_keys, signed_on, sm4_f62, unhex, with_sm4_tmk
from pos.acquirer import financial, requests
from pos.acquirer.host import Host
from pos.core.deal import VOID
from pos.iso8583.codec import Message, encode

_SM4_PIN = VECTORS["pin_block_sm4"]
_WIRE = unhex(VECTORS["track2_encrypt"]["track2_encrypted"] + "0")  # odd: a pad nibble
_TRACK3 = b"996200001234567892=1561560000000000000030000000100000000000000000==0=0"


def message(request):
    mti, fields = request
    out = bytearray(600)
    return Message(bytes(out[: encode(mti, fields, out)]))


def sm4(**changes):
    return profile(algorithm="sm4", **changes)


class Sm4Requests(unittest.TestCase):
    def test_sign_on(self):
        for length, sent in ((None, b"005"), ("005", b"005"), ("006", b"006")):
            changes = {"key_length": length} if length else {}
            got = message(requests.sign_on(sm4(**changes), 7, 42))
            self.assertEqual((got.mti, got.numbers()), ("0800", [11, 41, 42, 60, 63]))
            self.assertEqual(got.get(60), b"00000042" + sent)

    def test_sale_with_pin(self):
        block = bytearray(unhex(_SM4_PIN["cipher"]))
        got = message(financial.request(sm4(), deal(), card(), block))
        numbers = [3, 4, 11, 22, 25, 26, 35, 41, 42, 49, 52, 53, 59, 60, 64]
        self.assertEqual((got.mti, got.numbers()), ("0200", numbers))
        self.assertEqual(got.get(52), unhex(_SM4_PIN["f52"]))
        self.assertEqual(got.get(59), b"A1016" + unhex(_SM4_PIN["cipher"]))
        self.assertEqual((got.get(53), got.get(26)), (b"2300000000000000", b"12"))

    def test_f59_is_a_buffer_to_wipe(self):
        fields = financial.request(sm4(), deal(), card(), bytearray(range(16)))[1]
        self.assertTrue(isinstance(fields[59], bytearray))

    def test_control_field_in_every_message_with_a_mac(self):
        no_pin = deal(entry_mode="022")
        got = message(financial.request(sm4(), no_pin, card(), None))
        self.assertEqual((got.get(53), got.has(52), got.has(59)), (b"0300000000000000", 0, 0))
        got = message(financial.reversal(sm4(), deal(), "98"))
        self.assertEqual(got.get(53), b"0300000000000000")
        self.assertEqual(got.numbers(), [3, 4, 11, 22, 25, 39, 41, 42, 49, 53, 60, 64])
        got = message(financial.request(sm4(), deal(VOID, entry_mode="022"), None, None))
        self.assertEqual(got.get(53), b"0300000000000000")
        self.assertFalse(message(requests.echo(sm4(), 1)).has(53))

    def test_encrypted_tracks_say_so(self):
        for length, changes, digit in (
            ("006", {}, b"1"),
            ("006", {"encrypt_tracks": True}, b"1"),
            ("006", {"encrypt_tracks": False}, b"0"),
            ("005", {}, b"0"),
        ):
            used = sm4(key_length=length, **changes)
            got = message(financial.request(used, deal(), card(), bytearray(16)))
            self.assertEqual(got.get(53), b"23" + digit + bytes([0x30] * 13))
            got = message(financial.request(used, deal(VOID, entry_mode="022"), None, None))
            self.assertEqual(got.get(53)[2:3], b"0")  # no track in it


class OnTheWire(unittest.TestCase):
    """What Host puts into its buffer, with real keys."""

    def frame(self, used, flash, sale, swiped, block):
        host = Host(used, open_keys(flash, mac_method=used.mac_method), None, Clock())
        if used.encrypt_tracks:
            host._keys.seal_tracks(swiped)
        request, length = host._build(
            lambda values: financial.request(values, sale, swiped, block)
        )
        return request, bytes(memoryview(host._line.buffer)[13:length])

    def test_tracks_of_004(self):
        used, swiped = profile(key_length="004"), card(bytearray(_TRACK3))
        clear = swiped.track2
        _, body = self.frame(used, signed_on("signin_f62_004"), deal(), swiped, pin_block())
        self.assertTrue(_WIRE[:18] in body)
        self.assertFalse(b"=" in clear[17:])
        got = Message(body)
        self.assertEqual(got.get(35), VECTORS["track2_encrypt"]["track2_encrypted"].encode())
        self.assertEqual(len(got.get(36)), len(_TRACK3))
        self.assertFalse(got.get(36) == _TRACK3.replace(b"=", b"D"))
        self.assertEqual(got.get(53), b"2610000000000000")

    def test_sm4_sale(self):
        keys = [unhex(_SM4_PIN["pik"]), unhex(VECTORS["mac_sm4_ecb"]["mak"])]
        flash = with_sm4_tmk()
        open_keys(flash).install_working(sm4_f62(keys), "005")
        for method in ("ecb", "cbc"):
            used = sm4(mac_method=method)
            block = bytearray(unhex(_SM4_PIN["cipher"]))
            (_, fields), body = self.frame(used, flash, deal(), card(), block)
            self.assertFalse(any(fields[59]))  # wiped once it is in the message
            self.assertEqual(Message(body).get(59)[5:], unhex(_SM4_PIN["cipher"]))
            code = open_keys(flash, mac_method=method).mac((body[:-8],))
            self.assertEqual(body[-8:], code)


if __name__ == "__main__":
    unittest.main()
