# SPDX-License-Identifier: MIT
"""A decoded message as JSON or text; masked as the firmware masks it unless asked for clear."""

from posctl.message.frame import Frame

_NAMES = {
    2: "PAN",
    3: "processing code",
    4: "amount",
    11: "STAN",
    12: "local time",
    13: "local date",
    14: "expiry",
    15: "settlement date",
    22: "entry mode",
    23: "card sequence number",
    25: "condition code",
    26: "PIN capture code",
    32: "acquiring institution",
    35: "track 2",
    36: "track 3",
    37: "RRN",
    38: "authorisation code",
    39: "response code",
    41: "terminal",
    42: "merchant",
    44: "issuer, acquirer",
    48: "private data",
    49: "currency",
    52: "PIN block",
    53: "security control",
    54: "balance",
    55: "IC data",
    58: "e-purse data",
    59: "extension data",
    60: "function, batch",
    61: "original transaction",
    62: "keys, parameters",
    63: "operator, scheme, text",
    64: "MAC",
}


_EXTENSION = 59
_SM4_PIN = b"A1016"  # tag and length of a PIN block (unionpay.md 2.7)


def as_json(frame: Frame, clear: bool) -> dict:
    """Return the object of DESIGN.md, section 6."""
    return {
        "length": frame.length,
        "tpdu": frame.tpdu,
        "header": frame.header,
        "mti": frame.message.mti,
        "fields": {str(n): value for n, value in _values(frame.message, clear)},
    }


def as_text(frame: Frame, clear: bool) -> str:
    """Return one line for the head and one a field."""
    head = [frame.message.mti]
    for name in ("length", "tpdu", "header"):
        if getattr(frame, name) is not None:
            head.append(f"{name} {getattr(frame, name)}")
    lines = ["  ".join(head)]
    for n, value in _values(frame.message, clear):
        lines.append(f"  F{n:<3} {_NAMES[n]:<23}{_printable(value)}".rstrip())
    return "\n".join(lines)


def _values(message: object, clear: bool) -> "list[tuple[int, str]]":
    from pos.iso8583.describe import masked

    values = []
    for n in message.numbers():
        text = None if clear else masked(message, n)
        values.append((n, _text(message, n) if text is None else text))
    return values


def _text(message: object, n: int) -> str:
    """Digits for n and z, GBK text for an and ans, hex for b and for text that is no GBK.

    A PIN block of SM4 in F59 is binary and shows as hex, whatever its bytes happen to spell.
    """
    from pos.iso8583.fields import SPECS, B

    raw = message.get(n)
    if SPECS[n] & B:
        return raw.hex().upper()
    if n == _EXTENSION and raw.startswith(_SM4_PIN):
        end = len(_SM4_PIN) + 16
        return _SM4_PIN.decode() + raw[len(_SM4_PIN) : end].hex().upper() + _gbk(raw[end:])
    return _gbk(raw)


def _gbk(raw: bytes) -> str:
    try:
        return raw.decode("gbk")
    except UnicodeDecodeError:
        return raw.hex().upper()


def _printable(value: str) -> str:
    """Escape what would move the cursor; keep spaces and hanzi."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in value)
