# SPDX-License-Identifier: MIT
"""Host: whole exchanges on the wire, byte for byte against the computed vectors."""

import unittest

from fakes.acquirer import GOOD_MAC, Clock, Keys, card, deal, pin_block, profile, vector
from fakes.transport import ScriptedTransport
from pos.acquirer.host import Host
from pos.core import aio
from pos.core.errors import HostDeclined, KeyStoreError, MessageError, NoAnswer, NotSent
from pos.core.totals import Totals

_OPEN = ("open",)


def wire(name):
    return bytes.fromhex(vector(name)["hex"])


def signed(name, mac=GOOD_MAC):
    """An answer of the vectors with the MAC that Keys takes for good, or another."""
    return wire(name)[:-8] + mac


def approved():
    """The sale answer of the vectors with F39 = 00."""
    return signed("c_sale_resp_51").replace(b"51" + b"12345678", b"00" + b"12345678")


class HostTest(unittest.TestCase):
    def host(self, *steps, mac=bytes(8), **changes):
        self.transport = ScriptedTransport(*steps)
        self.keys = Keys(mac)
        made = Host(profile(**changes), self.keys, lambda: self.transport, Clock())
        self.buffer = made._line.buffer
        return made

    def ask(self, coroutine):
        try:
            return aio.run(coroutine)
        finally:
            self.transport.finish()
            self.assertEqual(bytes(self.buffer), bytes(len(self.buffer)))

    def test_sale(self):
        request = wire("c_sale_req_mag_pin")
        host = self.host(_OPEN, ("send", request), ("recv", approved()), mac=b"27402A7C")
        got = self.ask(host.transact(deal(), card(), pin_block()))
        self.assertEqual((got.response, got.approved, got.scheme), ("00", True, "CUP"))
        self.assertEqual(self.keys.covered, request[13:-8])
        self.assertEqual(host.round_trip_ms, 7)

    def test_sale_declined(self):
        send = ("send", wire("c_sale_req_mag_nopin"))
        answer = ("recv", signed("c_sale_resp_51"))
        host = self.host(_OPEN, send, answer, mac=b"C2149B05")
        got = self.ask(host.transact(deal(entry_mode="022"), card(), None))
        self.assertEqual((got.response, got.approved), ("51", False))

    def sale_fails(self, answer):
        send = ("send", wire("c_sale_req_mag_pin"))
        host = self.host(_OPEN, send, ("recv", answer), mac=b"27402A7C")
        with self.assertRaises(NoAnswer) as caught:
            self.ask(host.transact(deal(), card(), pin_block()))
        return caught.exception

    def test_sale_without_a_good_answer(self):
        self.assertEqual(self.sale_fails(approved()[:-8] + b"00000000").f39, "A0")
        self.assertEqual(self.sale_fails(signed("c_reversal_resp")).f39, "06")
        stan = approved().replace(b"\x00\x01\x23\x10", b"\x00\x01\x24\x10")
        self.assertEqual(self.sale_fails(stan).f39, "06")
        error = self.sale_fails(wire("c_sale_resp_A0"))
        self.assertEqual((error.f39, error.sign_on_again), ("06", True))

    def test_every_damaged_byte(self):
        """Whatever single bit of the message changes: an error, or the approval it was."""
        answer = approved()
        for at in range(13, len(answer) - 8):
            broken = answer[:at] + bytes((answer[at] ^ 1,)) + answer[at + 1 :]
            send = ("send", wire("c_sale_req_mag_pin"))
            host = self.host(_OPEN, send, ("recv", broken), mac=b"27402A7C")
            self.keys.mac_ok = lambda chunks, f64: bytes(chunks[0]) == answer[13:-8]
            with self.assertRaises(NoAnswer):
                self.ask(host.transact(deal(), card(), pin_block()))

    def test_not_sent(self):
        host = self.host(("open", OSError(111)))
        with self.assertRaises(NotSent):
            self.ask(host.transact(deal(), card(), pin_block()))

    def test_a_request_that_cannot_be_built_opens_nothing(self):
        host = self.host()
        self.assertRaises(
            MessageError, aio.run, host.transact(deal(entry_mode="021"), card(), None)
        )
        self.assertRaises(
            MessageError, aio.run, host.transact(deal(stan=1000000), card(), pin_block())
        )
        self.assertEqual(self.transport.closed, 0)
        self.assertEqual(bytes(self.buffer), bytes(len(self.buffer)))

    def test_no_keys_opens_nothing(self):
        host = self.host()

        def no_key(chunks):
            raise KeyStoreError("no MAK")

        self.keys.mac = no_key
        self.assertRaises(KeyStoreError, aio.run, host.transact(deal(), card(), pin_block()))
        self.assertEqual(self.transport.closed, 0)

    def test_reversal(self):
        send = ("send", wire("c_reversal_sale_A0"))
        answer = ("recv", signed("c_reversal_resp"))
        host = self.host(_OPEN, send, answer, mac=b"12AA6914")
        self.assertEqual(self.ask(host.reverse(deal(auth="A1B2C3"), "A0")), "00")

    def test_sign_on(self):
        send = ("send", wire("c_signin_req_001"))
        answer = bytearray(wire("c_signin_resp_001"))
        answer[9] = 0x04  # header: processing requirement 4
        host = self.host(_OPEN, send, ("recv", bytes(answer)), key_length="001")
        got = self.ask(host.sign_on(1, 1))
        self.assertEqual((got.batch, got.date, got.time), (1, "0715", "100000"))
        self.assertEqual(got.requirement, "4")
        f62 = bytes.fromhex(vector("c_signin_resp_001")["fields"]["62"])
        self.assertEqual(self.keys.installed, [(f62, "001")])

    def sign_on(self, answer):
        request = wire("c_signin_req_001")[:-6] + b"\x30\x00\x03\x30\x31\x20"  # 60.3 = 003
        return self.host(_OPEN, ("send", request), ("recv", answer))

    def test_sign_on_refused(self):
        host = self.sign_on(wire("c_signin_resp_reject_97"))
        with self.assertRaises(HostDeclined) as caught:
            self.ask(host.sign_on(1, 1))
        self.assertEqual(caught.exception.response, "97")
        self.assertEqual(self.keys.installed, [])

    def test_sign_on_with_bad_keys_or_none(self):
        host = self.sign_on(wire("c_signin_resp_003"))
        self.keys.refuse = True
        with self.assertRaises(KeyStoreError):
            self.ask(host.sign_on(1, 1))
        answer = bytearray(wire("c_signin_resp_reject_97").replace(b"97" + b"1234", b"001234"))
        host = self.sign_on(bytes(answer))
        with self.assertRaises(NoAnswer):
            self.ask(host.sign_on(1, 1))
        self.assertEqual(self.keys.installed, [])

    def test_sign_off_and_echo(self):
        request = wire("c_signoff_req")
        answer = bytearray(wire("c_echo_resp"))
        host = self.host(_OPEN, ("send", wire("c_echo_req")), ("recv", bytes(answer)))
        self.assertIsNone(self.ask(host.echo(1)))
        host = self.host(_OPEN, ("send", request), ("recv", bytes(answer)))
        with self.assertRaises(NoAnswer):  # that answer has no STAN
            self.ask(host.sign_off(190, 1))

    def test_settlement(self):
        totals = Totals()
        totals.debit_count, totals.debit_minor = 1, 12345
        body = (
            bytes.fromhex("05000020000000C18012" + "000140")
            + b"12345678123456789012345"
            + bytes.fromhex("0062" + "000000012345001" + "0" * 47)
            + b"156"
            + bytes.fromhex("0011" + "000000012010" + "0003")
            + b"01 "
        )
        head = bytes.fromhex("00%02x6000030000603100311100" % (11 + len(body)))
        request = head + body
        answer = ("recv", wire("c_settlement_resp_balanced"))
        host = self.host(_OPEN, ("send", request), answer)
        got = self.ask(host.settle(140, 1, totals))
        self.assertEqual((got.domestic, got.foreign, got.rrn), ("1", "1", "200000000140"))


if __name__ == "__main__":
    unittest.main()
