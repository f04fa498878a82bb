# SPDX-License-Identifier: MIT
"""The terminal's half of the dialect: requests as fields and frames, answers and keys opened.

Fields are {number: text} as spec.py has them. Nothing here waits or keeps books; the field table
is held to the published messages by test_acquirer_codec.py.
"""

from acquirer_sim import crypto, spec
from acquirer_sim.errors import AcquirerError
from acquirer_sim.frame import PREFIX_LEN_BYTES

TPDU_AND_HEADER = bytes.fromhex("6000030000603100311003")
_TPDU_END = PREFIX_LEN_BYTES + 5
_BODY_START = PREFIX_LEN_BYTES + len(TPDU_AND_HEADER)
_MAC_ZEROS = "00" * crypto.MAC_LEN_BYTES
_REVERSED_FIELDS = (3, 4, 11, 22, 25, 49, 60)  # repeated from the original
_REVERSAL_PLACES = {"23": "", "11": "0000", "20": "0000", "21": "0000"}  # F61 by F60.1


class Answer:
    """A decoded answer: `mti`, `fields`, `mac` ("good", "bad" or "none"), `header`, `tpdu`.

    FrameError when the message cannot be decoded.
    """

    def __init__(
        self, frame: bytes, mak: "bytes | None", algorithm: str = "tdes", method: str = "ecb"
    ) -> None:
        self.tpdu = frame[PREFIX_LEN_BYTES:_TPDU_END].hex()
        self.header = frame[_TPDU_END:_BODY_START].hex()
        body = frame[_BODY_START:]
        self.mti, self.fields = spec.decode(body)
        self.mac = "none"
        if 64 in self.fields:
            covered, sent = body[: -crypto.MAC_LEN_BYTES], body[-crypto.MAC_LEN_BYTES :]
            good = mak is not None and crypto.mac(mak, covered, algorithm, method) == sent
            self.mac = "good" if good else "bad"

    @property
    def code(self) -> str:
        """F39, "" when absent."""
        return self.fields.get(39, "")


class Requests:
    """Builds one terminal's requests; keeps its keys, batch and STAN, and the card it is shown
    when a request does not name another."""

    def __init__(
        self,
        tid: str,
        merchant: str,
        tmk: bytes,
        algorithm: str = "tdes",
        mac: str = "ecb",
        pan: str = "",
    ) -> None:
        self.tid = tid
        self.merchant = merchant
        self.tmk = tmk
        self.family = (algorithm, mac)
        self.pan = pan
        self.keys = {}
        self.batch = 1
        self.stan = 0

    def next_stan(self) -> str:
        """Return the next F11."""
        self.stan = self.stan % 999999 + 1
        return f"{self.stan:06d}"

    def frame(self, mti: str, fields: "dict[int, str | None]", mac: bool) -> bytes:
        """Return a whole frame; `mac` appends a right F64. Fields of None are left out."""
        fields = {41: self.tid, 42: self.merchant, **fields}
        fields = {number: value for number, value in fields.items() if value is not None}
        if mac:
            body = spec.encode(mti, {**fields, 64: _MAC_ZEROS})[: -crypto.MAC_LEN_BYTES]
            body += crypto.mac(self.keys["mak"], body, *self.family)
        else:
            body = spec.encode(mti, fields)
        payload = TPDU_AND_HEADER + body
        return len(payload).to_bytes(PREFIX_LEN_BYTES, "big") + payload

    def sign_on_fields(self, variant: str = "003") -> "dict[int, str]":
        """0800: `variant` is F60.3."""
        return {11: self.next_stan(), 60: f"00{self.batch:06d}{variant}", 63: "01 "}

    def signed_on(self, answer: Answer, variant: str = "003") -> None:
        """Take keys and batch number from an approved sign-on; every check value must fit."""
        self.keys = open_keys(self.tmk, bytes.fromhex(answer.fields[62]), variant)
        self.batch = int(answer.fields[60][2:8])

    def sale_fields(
        self, amount: int, pan: "str | None" = None, pin: "str | None" = None
    ) -> "dict[int, str]":
        """Return a sale by stripe, F25 00, F60.1 22."""
        pan = pan or self.pan
        fields = {3: "000000", 4: f"{amount:012d}", 11: self.next_stan(), 22: "022", 25: "00"}
        fields.update({35: track2(pan), 49: "156", 53: self.security_control(False)})
        fields[60] = f"22{self.batch:06d}00020"
        if pin is not None:
            fields.update({22: "021", 26: "12", 53: self.security_control(True)})
            fields.update(self.pin_fields(pin, pan))
        return fields

    def security_control(self, with_pin: bool) -> str:
        """Return F53 of double-length keys and a clear track."""
        return f"{2 if with_pin else 0}{3 if self.family[0] == 'sm4' else 6}00000000000000"

    def pin_fields(self, pin: str, pan: str) -> "dict[int, str]":
        """F52, with SM4 F59 too."""
        algorithm = self.family[0]
        size = crypto.BLOCK_LENS_BYTES[algorithm]
        block = crypto.encrypt(self.keys["pik"], pin_block(pin, pan, size), algorithm)
        if algorithm == "tdes":
            return {52: block.hex().upper()}
        return {52: "0" * 16, 59: "A1016" + block.decode("latin-1")}

    def reversal_fields(self, request: "dict[int, str]", reason: str = "98") -> "dict[int, str]":
        """0400 for a request by its fields; `reason` is F39."""
        fields = {number: request[number] for number in _REVERSED_FIELDS}
        if self.family[0] == "sm4":
            fields[53] = self.security_control(False)
        if request[60][:2] in _REVERSAL_PLACES:
            fields[61] = request[60][2:8] + request[11] + _REVERSAL_PLACES[request[60][:2]]
        return {**fields, 39: reason}

    def settle_fields(self, totals: str, batch: "int | None" = None) -> "dict[int, str]":
        """0500 with F48 `totals`."""
        fields = {11: self.next_stan(), 48: totals, 49: "156", 63: "01 "}
        fields[60] = f"00{batch or self.batch:06d}201"
        return fields


def f48(debit: tuple = (0, 0), credit: tuple = (0, 0), foreign: tuple = ((0, 0), (0, 0))) -> str:
    """Return F48 of a settlement request from (count, minor) pairs."""

    def half(pairs: tuple) -> str:
        return "".join(f"{minor:012d}{count:03d}" for count, minor in pairs) + "0"

    return half((debit, credit)) + half(foreign)


def track2(pan: str, expiry: str = "3012", service: str = "120") -> str:
    """Return F35."""
    return f"{pan}D{expiry}{service}00000123"


def pin_block(pin: str, pan: str, size: int = 8) -> bytes:
    """Return a clear ISO format 0 block, UnionPay's for SM4 with 16 bytes."""
    field = bytes.fromhex(f"{len(pin):02X}{pin}".ljust(2 * size, "F"))
    account = bytes.fromhex(pan[-13:-1].rjust(2 * size, "0"))
    return bytes(a ^ b for a, b in zip(field, account, strict=True))


def open_keys(tmk: bytes, f62: bytes, variant: str) -> "dict[str, bytes]":
    """Unwrap F62 of a sign-on as a terminal must; AcquirerError when a check value is wrong."""
    count = 3 if variant in ("004", "006") else 2
    algorithm = "sm4" if variant in ("005", "006") else "tdes"
    size = 8 if variant == "001" else 16
    each, rest = divmod(len(f62), count)
    if rest or each - size not in (4, 8):
        raise AcquirerError(f"F62 of {len(f62)} bytes is none of {variant}")
    keys = {}
    for place, role in enumerate(("pik", "mak", "tdk")[:count]):
        part = f62[place * each : (place + 1) * each]
        keys[role] = _open_key(tmk, part[:size], part[size:], role, algorithm)
    return keys


def _open_key(tmk: bytes, wrapped: bytes, kcv: bytes, role: str, algorithm: str) -> bytes:
    if role == "mak" and algorithm == "tdes" and wrapped[8:] == bytes(8):
        wrapped = wrapped[:8]
    key = crypto.decrypt(tmk, wrapped, algorithm)
    zeros = bytes(crypto.BLOCK_LENS_BYTES[algorithm])
    if crypto.encrypt(key, zeros, algorithm)[: len(kcv)] != kcv:
        raise AcquirerError(f"check value of the {role.upper()} is wrong")
    return key
