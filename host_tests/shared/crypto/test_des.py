# SPDX-License-Identifier: MIT
import unittest

from fakes.engines import use_best, use_portable
from pos.crypto import des, des_fast, des_portable
from pos.crypto.des import Tdes
from pos.crypto.errors import CryptoError
from vectors_io import load

_H = bytes.fromhex

# key, plain, cipher: NIST SP 800-17 known answers (variable plaintext, variable key, permutation
# operation, substitution table), FIPS 81 table B1, and the worked example of J. Orlin Grabbe.
_DES = (
    ("0101010101010101", "8000000000000000", "95F8A5E5DD31D900"),
    ("0101010101010101", "0000000000000001", "166B40B44ABA4BD6"),
    ("8001010101010101", "0000000000000000", "95A8D72813DAA94D"),
    ("0101010101010102", "0000000000000000", "869EFD7F9F265A09"),
    ("1046913489980131", "0000000000000000", "88D55E54F54C97B4"),
    ("7CA110454A1A6E57", "01A1D6D039776742", "690F5B0D9A26939B"),
    ("0131D9619DC1376E", "5CD54CA83DEF57DA", "7A389D10354BD271"),
    ("0123456789ABCDEF", "4E6F772069732074", "3FA40E8A984D4815"),
    ("0123456789ABCDEF", "68652074696D6520", "6A271787AB8883F9"),
    ("0123456789ABCDEF", "666F7220616C6C20", "893D51EC4B563B53"),
    ("133457799BBCDFF1", "0123456789ABCDEF", "85E813540F0AB405"),
)
# NIST SP 800-67 appendix B: "The qufck brown fox jump" (as printed there)
_FOX_KEY = "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123"
_FOX_PLAIN = "5468652071756663 6B2062726F776E20 666F78206A756D70"
_FOX_CIPHER = "A826FD8CE53B855F CCE21C8112256FE6 68D5C05DD9B6B900"


def _hex(text):
    return _H(text.replace(" ", ""))


class TestDes(unittest.TestCase):
    def test_known_answers(self):
        for key, plain, cipher in _DES:
            single = Tdes(_H(key))
            self.assertEqual(single.encrypt(_H(plain)), _H(cipher), key)
            self.assertEqual(single.decrypt(_H(cipher)), _H(plain), key)

    def test_weak_keys_undo_themselves(self):
        for key in ("0101010101010101", "FEFEFEFEFEFEFEFE", "1F1F1F1F0E0E0E0E"):
            weak = Tdes(_H(key))
            self.assertEqual(weak.encrypt(weak.encrypt(b"12345678")), b"12345678")

    def test_semi_weak_pair(self):
        one, other = Tdes(_H("01FE01FE01FE01FE")), Tdes(_H("FE01FE01FE01FE01"))
        self.assertEqual(other.encrypt(one.encrypt(b"12345678")), b"12345678")

    def test_parity_bits_do_not_matter(self):
        even = bytes([byte ^ 1 for byte in _H(_FOX_KEY)])
        self.assertEqual(Tdes(even).encrypt(b"12345678"), Tdes(_H(_FOX_KEY)).encrypt(b"12345678"))

    def test_complement(self):
        one = Tdes(_H("133457799BBCDFF1"))
        other = Tdes(bytes([byte ^ 255 for byte in _H("133457799BBCDFF1")]))
        cipher = one.encrypt(b"12345678")
        flipped = other.encrypt(bytes([byte ^ 255 for byte in b"12345678"]))
        self.assertEqual(flipped, bytes([byte ^ 255 for byte in cipher]))


class TestTripleDes(unittest.TestCase):
    def test_three_keys(self):
        tdes = Tdes(_hex(_FOX_KEY))
        self.assertEqual(tdes.encrypt(_hex(_FOX_PLAIN)), _hex(_FOX_CIPHER))
        self.assertEqual(tdes.decrypt(_hex(_FOX_CIPHER)), _hex(_FOX_PLAIN))

    def test_two_keys_of_public_sign_in(self):
        for vector in load("crypto.json"):
            if vector["name"] == "kcv_signin_003_public":
                tmk = Tdes(_H(vector["tmk"]))
                f62 = _H(vector["f62"])
                self.assertEqual(tmk.decrypt(f62[:16]), _H(vector["pik"]))
                self.assertEqual(tmk.decrypt(f62[20:28]), _H(vector["mak"]))
                self.assertEqual(tmk.encrypt(_H(vector["pik"])), f62[:16])

    def test_equal_keys_are_single_des(self):
        key = _H("133457799BBCDFF1")
        single = Tdes(key).encrypt(b"12345678")
        self.assertEqual(Tdes(key + key).encrypt(b"12345678"), single)
        self.assertEqual(Tdes(key + key + key).encrypt(b"12345678"), single)

    def test_two_keys_are_three_with_the_first_again(self):
        key = _H("0123456789ABCDEFFEDCBA9876543210")
        self.assertEqual(Tdes(key).encrypt(bytes(16)), Tdes(key + key[:8]).encrypt(bytes(16)))

    def test_any_buffer(self):
        key = bytearray(_hex(_FOX_KEY))
        data = memoryview(bytearray(_hex(_FOX_PLAIN)))
        self.assertEqual(Tdes(memoryview(key)).encrypt(data), _hex(_FOX_CIPHER))

    def test_decrypt_into(self):
        out = bytearray(b"........" * 4)
        Tdes(_hex(_FOX_KEY)).decrypt_into(_hex(_FOX_CIPHER), out)
        self.assertEqual(bytes(out), _hex(_FOX_PLAIN) + b"........")

    def test_empty(self):
        self.assertEqual(Tdes(bytes(16)).encrypt(b""), b"")

    def test_many_blocks_in_place(self):
        tdes = Tdes(_hex(_FOX_KEY))
        buffer = bytearray([i * 7 & 255 for i in range(256)])
        plain = bytes(buffer)
        one_by_one = b"".join([tdes.encrypt(plain[at : at + 8]) for at in range(0, 256, 8)])
        tdes.encrypt_into(buffer, buffer)
        self.assertEqual(bytes(buffer), one_by_one)
        tdes.decrypt_into(buffer, buffer)
        self.assertEqual(bytes(buffer), plain)

    def test_nothing_is_written_behind_the_data(self):
        out = bytearray(b"." * 17)
        Tdes(bytes(16)).encrypt_into(bytes(8), memoryview(out)[4:12])
        self.assertEqual(bytes(out[:4]) + bytes(out[12:]), b"." * 9)
        self.assertNotEqual(bytes(out[4:12]), b"." * 8)


class TestNist(unittest.TestCase):
    """SP 800-17 with a single key, SP 800-20 with three equal ones: the same tables."""

    def _both(self, key, plain, cipher):
        for whole in (_H(key), _H(key * 3)):
            tdes = Tdes(whole)
            self.assertEqual(tdes.encrypt(_H(plain)), _H(cipher), key)
            self.assertEqual(tdes.decrypt(_H(cipher)), _H(plain), key)  # the inverse permutation

    def test_variable_plaintext(self):
        found = load("des_nist.json")["variable_plaintext"]
        self.assertEqual(len(found), 64)
        for i in range(64):
            plain = bytearray(8)
            plain[i >> 3] = 0x80 >> (i & 7)
            self._both("0101010101010101", plain.hex(), found[i])

    def test_variable_key(self):
        found = load("des_nist.json")["variable_key"]
        self.assertEqual(len(found), 56)
        for i in range(56):
            key = bytearray(b"\x01" * 8)
            key[i // 7] = 0x80 >> i % 7
            self._both(key.hex(), "0000000000000000", found[i])

    def test_permutation_operation(self):
        found = load("des_nist.json")["permutation"]
        self.assertEqual(len(found), 32)
        for key, cipher in found:
            self._both(key, "0000000000000000", cipher)

    def test_substitution_table(self):
        found = load("des_nist.json")["substitution"]
        self.assertEqual(len(found), 19)
        for key, plain, cipher in found:
            self._both(key, plain, cipher)


class TestRefused(unittest.TestCase):
    def _refused(self, text, call, *arguments):
        with self.assertRaises(CryptoError) as caught:
            call(*arguments)
        self.assertEqual(str(caught.exception), text)

    def test_key_lengths(self):
        for length in (0, 7, 9, 15, 17, 23, 25, 32):
            self._refused("DES key length", Tdes, bytes(length))

    def test_data_lengths(self):
        tdes = Tdes(bytes(16))
        for length in (1, 7, 9, 15):
            self._refused("DES data length", tdes.encrypt, bytes(length))
            self._refused("DES data length", tdes.decrypt, bytes(length))
        for call in (tdes.encrypt_into, tdes.decrypt_into):
            self._refused("DES output length", call, bytes(16), bytearray(8))

    def test_wipe_leaves_no_round_key(self):
        tdes = Tdes(_hex(_FOX_KEY))
        tdes.wipe()
        blank = Tdes(bytes(24))  # a key of zeros has round keys of zeros
        self.assertEqual(tdes.encrypt(b"12345678"), blank.encrypt(b"12345678"))

    def test_nothing_secret_in_repr(self):
        shown = repr(Tdes(b"ABCDEFGHIJKLMNOP"))
        self.assertFalse("ABCD" in shown or "41424344" in shown)


class TestPortableDes(TestDes):
    setUp = use_portable
    tearDown = use_best

    def test_runs_the_twin(self):
        self.assertIs(des.crypt, des_portable.crypt)


class TestPortableTripleDes(TestTripleDes):
    setUp = use_portable
    tearDown = use_best


class TestPortableNist(TestNist):
    setUp = use_portable
    tearDown = use_best


class TestPortableRefused(TestRefused):
    setUp = use_portable
    tearDown = use_best


class TestChoice(unittest.TestCase):
    def test_machine_code_is_used_where_it_loads(self):
        self.assertIs(des.crypt, des_fast.crypt)


if __name__ == "__main__":
    unittest.main()
