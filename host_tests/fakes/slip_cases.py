# SPDX-License-Identifier: MIT
"""The slips that are kept as golden files in host_tests/vectors/slips, and how they are kept.

A file holds the slip as text with each command byte as `{1B}`, so that people can read it and the
bytes come back exactly. After an intended change rewrite them, then read the diff:
`PYTHONPATH=tools/stubs:firmware:host_tests python host_tests/fakes/slip_cases.py`
"""

from pos.core.deal import APPROVED, SALE, VOID, VOIDED, Deal
from pos.core.profile import Profile
from pos.core.totals import Totals
from pos.receipt import gbk, slips
from vectors_io import load_bytes

NOW = (2026, 11, 21, 11, 2, 10)


def profile(**changes):
    """The bench terminal of the slip samples."""
    values = {
        "terminal": "12345678",
        "merchant": "898310054110001",
        "merchant_name": "测试便利店",
        "hotline": "400-000-0000",
    }
    values.update(changes)
    return Profile(values)


def deal(**changes):
    """The approved sale of the slip samples."""
    made = Deal()
    values = {
        "kind": SALE,
        "state": APPROVED,
        "batch": 17,
        "stan": 123,
        "amount_minor": 12850,
        "pan_masked": "622202******0123",
        "entry_mode": "021",
        "operator": "01",
        "time": "20261121102436",
        "response": "00",
        "rrn": "102436000123",
        "auth": "A1B2C3",
        "issuer": "01020000",
        "acquirer": "48220000",
        "scheme": "CUP",
    }
    values.update(changes)
    for name in values:
        setattr(made, name, values[name])
    return made


def void(**changes):
    """The void of that sale."""
    values = {"kind": VOID, "stan": 124, "rrn": "103011000124", "original_stan": 123, "auth": ""}
    values.update(changes)
    return deal(**values)


_HOST = "000000521420040" + "000000001200001" + "2" + "000000128000002" + "0" * 15 + "3"


class Report:
    """A settlement report with the attributes the contract names."""

    def __init__(self, flags=("1", "1"), unresolved=(0, 0), pending=(0, 0), denied=0):
        self.batch = 17
        self.totals = Totals()
        self.totals.debit_count = 41
        self.totals.debit_minor = 530220
        self.totals.credit_count = 1
        self.totals.credit_minor = 1200
        self.totals.foreign_debit_count = 2
        self.totals.foreign_debit_minor = 128000
        self.by_kind = {VOID: (1, 1200), SALE: (43, 658220)}
        self.flags = flags
        self.time = "20261121220311"
        self.operator = "01"
        self.unresolved = unresolved
        self.pending = pending
        self.host = "" if flags == ("1", "1") else _HOST
        self.uploaded = 44
        self.denied = denied
        self.end_refused = False


def _details():
    foreign = {"pan_masked": "400000*********0002", "amount_minor": 100000, "auth": ""}
    return [deal(state=VOIDED), void(), deal(stan=125, state=3), deal(stan=126, **foreign)]


CASES = (
    ("sale_merchant", lambda: slips.sale_slip(deal(), profile(), 1, 2)),
    ("sale_cardholder", lambda: slips.sale_slip(deal(), profile(), 2, 2)),
    ("sale_bank", lambda: slips.sale_slip(deal(), profile(), 2, 3)),
    ("sale_only_copy", lambda: slips.sale_slip(deal(), profile(hotline=""), 1, 1)),
    ("sale_80mm", lambda: slips.sale_slip(deal(), profile(), 1, 2, 0, (), 48)),
    ("sale_reprint", lambda: slips.sale_slip(deal(), profile(), 1, 2, 2, NOW)),
    ("sale_tenth_reprint", lambda: slips.sale_slip(deal(), profile(), 2, 2, 10, NOW)),
    ("sale_test_mode", lambda: slips.sale_slip(deal(), profile(test_mode=True), 2, 2)),
    (
        "sale_foreign_ask_issuer",
        lambda: slips.sale_slip(
            deal(scheme="VIS", response="A2", issuer="", auth="", rrn=""), profile(), 1, 2
        ),
    ),
    (
        "sale_long_names",
        lambda: slips.sale_slip(
            deal(issuer="中国工商银行北京分行", pan_masked="622202*********1234"),
            profile(merchant_name="北京市朝阳区测试便利店(望京SOHO店)股份有限公司第一分店"),
            2,
            2,
        ),
    ),
    ("sale_voided_reprint", lambda: slips.sale_slip(deal(state=VOIDED), profile(), 2, 2, 1, NOW)),
    ("void_merchant", lambda: slips.sale_slip(void(), profile(), 1, 2)),
    ("void_cardholder", lambda: slips.sale_slip(void(), profile(), 2, 2)),
    ("settlement", lambda: slips.settlement_slip(Report(), profile())),
    (
        "settlement_unbalanced",
        lambda: slips.settlement_slip(
            Report(("2", "3"), (1, 8800), (2, 100)), profile(test_mode=True), 1, NOW
        ),
    ),
    ("settlement_80mm", lambda: slips.settlement_slip(Report(), profile(), 0, (), 48)),
    ("fault", lambda: slips.fault_slip(deal(stan=125, amount_minor=8800), profile())),
    ("fault_void", lambda: slips.fault_slip(void(), profile(), 1, NOW)),
    ("detail", lambda: slips.detail_slip(_details(), 17, profile(), NOW)),
    ("detail_empty", lambda: slips.detail_slip([], 17, profile())),
)


def to_text(data):
    """Slip bytes as the text of a golden file."""
    text = gbk.decode(data)
    for byte in range(32):
        if byte != 10:
            text = text.replace(chr(byte), "{%02X}" % byte)
    return text


def from_text(text, encode):
    """The bytes of a golden file, by the GBK encoder given."""
    out = bytearray()
    parts = text.split("{")
    for i in range(len(parts)):
        part = parts[i]
        if i:
            out.append(int(part[:2], 16))
            part = part[3:]
        lines = part.split("\n")
        for j in range(len(lines)):
            if j:
                out.append(10)
            out.extend(encode(lines[j]))
    return bytes(out)


def golden(name):
    """The text of a golden file."""
    return str(load_bytes("slips/%s.txt" % name), "utf-8")


if __name__ == "__main__":
    for case, build in CASES:
        with open("host_tests/vectors/slips/%s.txt" % case, "wb") as file:
            file.write(bytes(to_text(build()), "utf-8"))
