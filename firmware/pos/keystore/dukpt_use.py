# SPDX-License-Identifier: MIT
"""What may be done with the key of one DUKPT transaction: each use has a key of its own.

A PIN key enciphers one PIN block, the MAC keys make the code of requests and check that of
answers, the data keys encipher one text of a request and decipher that of an answer. Nothing else
is offered, and no key is handed out.
"""

from micropython import const

from pos.core.carddata import wipe
from pos.core.errors import KeyStoreError
from pos.crypto.dukpt import (
    DATA_DECRYPT,
    DATA_ENCRYPT,
    MAC_GENERATE,
    MAC_VERIFY,
    PIN,
    TDES3,
)
from pos.crypto.hmac import same

_MAC_MIN_BYTES = const(4)
_FORMAT_0 = const(0)
_FORMAT_3 = const(3)
_FORMAT_4 = const(4)


class Transaction:
    """Takes `key` over and wipes it. `ksn` goes along with what is sent."""

    def __init__(
        self, scheme: object, key: bytearray, counter: int, algorithm: int, random: object
    ) -> None:
        self.ksn = scheme.ksn(counter)
        self._scheme = scheme
        self._key = key
        self._counter = counter
        self._algorithm = algorithm
        self._random = random
        self._pin_used = False
        self._data_used = False

    def pin_block(self, pin: bytearray, pan: bytes, form: object = None) -> bytes:
        """Return the enciphered PIN block, once. The caller wipes `pin`.

        `form` is 0 or 3 under TDES and 4 under AES (ISO 9564-1); left out it is 0 or 4.
        """
        wide = self._algorithm > TDES3
        if form is None:
            form = _FORMAT_4 if wide else _FORMAT_0
        if form not in ((_FORMAT_4,) if wide else (_FORMAT_0, _FORMAT_3)):
            raise KeyStoreError("PIN block format")
        if self._pin_used:
            raise KeyStoreError("DUKPT PIN key was used")
        cipher = self._cipher(PIN)
        try:
            self._pin_used = True
            if wide:
                from pos.crypto.pinblock_wide import iso4

                return iso4(cipher, pin, pan, self._random)
            block = self._clear(pin, pan, form)
            try:
                return cipher.encrypt(block)
            finally:
                wipe(block)
        finally:
            cipher.wipe()

    def mac(self, chunks: tuple) -> bytes:
        """Return the code of a request: retail MAC (8 bytes) of TDES DUKPT, else CMAC."""
        return self._mac(MAC_GENERATE, chunks)

    def mac_ok(self, chunks: tuple, code: bytes) -> bool:
        """Whether `code`, whole or its first four bytes or more, is that of an answer."""
        whole = self._mac(MAC_VERIFY, chunks)
        return _MAC_MIN_BYTES <= len(code) and same(whole[: len(code)], code)

    def encrypt(self, data: bytes) -> bytes:
        """Return a request's text enciphered, once: CBC, IV zero, zeros added to whole blocks."""
        from pos.crypto.modes import cbc_encrypt

        if self._data_used:
            raise KeyStoreError("DUKPT data key was used")
        cipher = self._cipher(DATA_ENCRYPT)
        self._data_used = True
        size = cipher.block
        out = bytearray((len(data) + size - 1) // size * size)
        try:
            for i in range(len(data)):
                out[i] = data[i]
            cbc_encrypt(cipher, bytes(size), out, out)
        finally:
            cipher.wipe()
        return bytes(out)

    def decrypt(self, data: bytes, out: bytearray) -> None:
        """Decipher an answer's whole blocks into a buffer that can be wiped."""
        from pos.crypto.modes import cbc_decrypt

        cipher = self._cipher(DATA_DECRYPT)
        try:
            cbc_decrypt(cipher, bytes(cipher.block), data, out)
        finally:
            cipher.wipe()

    def wipe(self) -> None:
        """Zero the key: the transaction is over."""
        wipe(self._key)
        self._counter = 0

    def _clear(self, pin: bytearray, pan: bytes, form: int) -> bytearray:
        if form == _FORMAT_3:
            from pos.crypto.pinblock_fill import iso3

            return iso3(pin, pan, self._random)
        from pos.crypto.pinblock import iso0

        return iso0(pin, pan)

    def _mac(self, use: int, chunks: tuple) -> bytes:
        if self._scheme.retail_mac:
            from pos.crypto.mac import x919

            key = self._working(use)
            try:
                return x919(key, chunks)
            finally:
                wipe(key)
        from pos.crypto.cmac import cmac

        cipher = self._cipher(use)
        try:
            return cmac(cipher, chunks)
        finally:
            cipher.wipe()

    def _cipher(self, use: int) -> object:
        """Return the cipher of a use; whoever asks wipes it."""
        key = self._working(use)
        try:
            if self._algorithm > TDES3:
                from pos.crypto.aes import Aes

                return Aes(key)
            from pos.crypto.des import Tdes

            return Tdes(key)
        finally:
            wipe(key)

    def _working(self, use: int) -> bytearray:
        if not self._counter:
            raise KeyStoreError("DUKPT transaction is over")
        return self._scheme.working(self._key, self._counter, use, self._algorithm)
