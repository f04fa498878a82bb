# SPDX-License-Identifier: MIT
"""The tags of F62: parameters from the host, and the terminal's report (unionpay.md 2.8).

A tag is two digits, its value follows in a fixed width. What this terminal has no use for is
passed over; a tag without a width here ends the reading, for nobody knows where the next begins.
Tags from 90 on are our own, in reports only.
"""

from pos.core import options
from pos.core.errors import MessageError

# tag: (width, kind, parameter); kind: n number, f flag, g GBK text, x bits
_TAGS = {
    "11": (2, "", ""),
    "12": (2, "n", "answer_timeout_s"),
    "13": (1, "n", "connect_tries"),
    "14": (14, "", ""),
    "15": (14, "", ""),
    "16": (14, "", ""),
    "17": (14, "", ""),
    "18": (1, "f", "tip_allowed"),
    "19": (2, "n", "tip_percent_max"),
    "20": (1, "f", "manual_pan_allowed"),
    "21": (1, "f", "auto_signoff"),
    "22": (40, "g", "merchant_name"),
    "23": (1, "n", "reversal_tries"),
    "24": (1, "", ""),
    "25": (1, "", ""),
    "26": (4, "x", "transactions"),
}


def parameters(content: bytes) -> dict:
    """Return {parameter: value} of a download; MessageError names the tag that is wrong."""
    found = {}
    at = 0
    while at < len(content):
        tag = _digits(content[at : at + 2], "tag")
        if tag not in _TAGS:
            raise MessageError("unknown tag %s" % tag, 62)
        width, kind, name = _TAGS[tag]
        raw = bytes(content[at + 2 : at + 2 + width])
        if len(raw) != width:
            raise MessageError("tag %s is cut short" % tag, 62)
        if kind:
            found[name] = _value(kind, raw, tag)
        at += 2 + width
    return found


def _value(kind: str, raw: bytes, tag: str) -> object:
    if kind == "x":
        return raw.hex().upper()
    if kind == "g":
        from pos.receipt import gbk

        return gbk.decode(raw.rstrip(b" "))
    number = int(_digits(raw, "tag " + tag))
    if kind == "n":
        return number
    if number > 1:
        raise MessageError("tag %s is neither 0 nor 1" % tag, 62)
    return number == 1


def _digits(raw: bytes, what: str) -> str:
    for char in raw:
        if not 0x30 <= char <= 0x39:
            raise MessageError("%s is not digits" % what, 62)
    if not raw:
        raise MessageError("%s is missing" % what, 62)
    return str(bytes(raw), "ascii")


def report(profile: object, facts: tuple) -> bytes:
    """Return the tags of a status report.

    `facts`: version, hotlist entries, check and date, transactions of the batch, pending ones.
    """
    out = bytearray()
    settings = options.known(profile)
    for tag in sorted(_TAGS):
        width, kind, name = _TAGS[tag]
        if kind:
            value = settings[name] if name in settings else getattr(profile, name)
            out.extend(tag.encode())
            out.extend(_field(kind, value, width))
    version, count, check, date, deals, pending = facts
    own = "90%-12s91%05d92%-8s93%-8s94%04d95%03d"
    out.extend((own % (version, count, check, date, deals, pending)).encode())
    return bytes(out)


def _field(kind: str, value: object, width: int) -> bytes:
    if kind == "x":
        return bytes.fromhex(value)
    if kind == "g":
        from pos.receipt import gbk

        raw = gbk.encode(value)[:width]
        return raw + b" " * (width - len(raw))
    highest = 10**width - 1  # what does not fit is reported as the most that does
    return ("%0*d" % (width, min(int(value), highest))).encode()
