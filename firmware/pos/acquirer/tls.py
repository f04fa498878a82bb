# SPDX-License-Identifier: MIT
"""The Transport port over TLS 1.2 with one pinned CA; loaded by terminals whose profile says so.

The server must show a certificate of that CA, for the name of the profile, valid by the clock of
the machine. Nothing switches this off. What fails before a byte of the request has left is
NotSent with a reason that is the id of the words on the screen:

    tls.ca      not signed by the pinned CA (a self-signed one too)
    tls.name    signed, for another name
    tls.expired, tls.early   outside its dates, or the clock is wrong
    tls.failed  no TLS at the other end, none that we have, or broken off

Two runtimes: MicroPython takes the CA as DER bytes only, and shakes hands inside the first write,
which takes nothing until that is done; CPython shakes hands when it connects.
"""

import sys

from pos.acquirer.tcp import TcpTransport
from pos.core import aio
from pos.core.errors import ProfileError

_ON_BOARD = sys.implementation.name == "micropython"
_LOOK_MS = 20  # at a handshake that waits for the server
# OpenSSL's verification results; all others say that the chain does not lead to our CA
_CODES = {9: "tls.early", 10: "tls.expired", 62: "tls.name", 64: "tls.name"}
# in the words of mbedTLS; the first that is found counts
_WORDS = (
    ("trusted CA", "tls.ca"),
    ("expired", "tls.expired"),
    ("future", "tls.early"),
    ("(CN)", "tls.name"),
)


class TlsTransport(TcpTransport):
    """`read_ca()` gives the CA's certificate, DER; `name` is what the server's must be for."""

    def __init__(
        self,
        host: str,
        port: int,
        link_up: object,
        name: str,
        read_ca: object,
        known: dict = None,
    ) -> None:
        super().__init__(host, port, link_up, known)
        self._name = name or host
        self._read_ca = read_ca

    async def open(self) -> None:
        """Connect; NotSent, OSError, or ProfileError when there is no CA to pin."""
        context = _context(self._read_ca())
        reason = ""
        try:
            await self.connect(context, self._name)
        except (OSError, ValueError) as error:
            reason = reason_of(error)
            if not reason:
                raise
        if reason:
            self.refused(reason)

    async def send(self, data: bytes) -> None:
        """Send all of it; NotSent while the handshake is not over, OSError after that."""
        if not _ON_BOARD:
            return await super().send(data)
        self.need_link()
        reason = ""
        try:
            while not await self._write(data):
                await aio.sleep_ms(_LOOK_MS)
        except (OSError, ValueError) as error:
            if self.sent:
                raise OSError("TLS broke off")
            reason = reason_of(error) or "connection refused"
        if reason:
            self.refused(reason)

    async def _write(self, data: bytes) -> bool:
        """Offer the request; False when it was not taken, as the handshake goes on."""
        count = self.writer.s.write(data)
        if not count:
            return False
        self.sent = True
        if count < len(data):
            raise OSError("TLS record cut")  # larger than a record: never, at 1500 bytes
        return True

    async def recv_into(self, space: memoryview) -> int:
        """Wait for at least one byte; what came may be part of a record, which is no byte yet."""
        while True:
            count = await super().recv_into(space)
            if count is not None:
                return count


def reason_of(error: Exception) -> str:
    """Return the reason for a NotSent, "" when the error is not TLS's own."""
    code = getattr(error, "verify_code", None)
    if code is not None:
        return _CODES.get(code, "tls.ca")
    text = str(error)
    if _ON_BOARD and isinstance(error, ValueError):
        for words, reason in _WORDS:
            if words in text:
                return reason
        return "tls.failed"
    if _ON_BOARD:
        number = error.args[0] if error.args else 0
        return "tls.failed" if isinstance(number, int) and number < 0 else ""
    import ssl

    ended = isinstance(error, (ssl.SSLError, ConnectionResetError))
    return "tls.failed" if ended or isinstance(error, ValueError) else ""


def _context(ca: bytes) -> object:
    """Return a context that verifies; ProfileError when the CA is no certificate."""
    if _ON_BOARD:
        import tls
    else:
        import ssl as tls
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_REQUIRED  # MicroPython's default is not to look
    if not _ON_BOARD:
        context.check_hostname = True
        context.minimum_version = tls.TLSVersion.TLSv1_2
    bad = False
    try:
        if _ON_BOARD:
            context.load_verify_locations(ca)
        else:
            context.load_verify_locations(None, None, ca)
    except (OSError, ValueError):
        bad = True
    if bad:
        raise ProfileError("ca.der is not a certificate in DER")
    return context
