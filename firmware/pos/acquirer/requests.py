# SPDX-License-Identifier: MIT
"""What requests without a MAC carry (reference/unionpay.md, sections 2 and 3.1): (MTI, fields)."""

from pos.core.errors import MessageError
from pos.core.profile import Profile
from pos.core.totals import Totals

SIGN_OFF = "002"  # F60.3
ECHO = "301"
SETTLEMENT = "201"

_TOTALS_LEN = 62  # F48 of a settlement


def sign_on(profile: Profile, stan: int, batch: int) -> tuple:
    """0800, 60.3 by key length: 11, 41, 42, 60, 63."""
    fields = _management(profile, batch, profile.key_length)
    fields[11] = _stan(stan)
    fields[63] = _operator(profile)
    return "0800", fields


def sign_off(profile: Profile, stan: int, batch: int) -> tuple:
    """0820, 60.3 = 002: 11, 41, 42, 60."""
    fields = _management(profile, batch, SIGN_OFF)
    fields[11] = _stan(stan)
    return "0820", fields


def echo(profile: Profile, batch: int) -> tuple:
    """0820, 60.3 = 301: 41, 42, 60. It has no STAN."""
    return "0820", _management(profile, batch, ECHO)


def settlement(profile: Profile, stan: int, batch: int, totals: Totals) -> tuple:
    """0500, 60.3 = 201: 11, 41, 42, 48, 49, 60, 63."""
    fields = _management(profile, batch, SETTLEMENT)
    fields[11] = _stan(stan)
    fields[48] = _totals(totals)
    fields[49] = profile.currency.encode()
    fields[63] = _operator(profile)
    return "0500", fields


def upload(profile: Profile, stan: int, batch: int, code: str, f48: bytes) -> tuple:
    """0320, 60.3 = 201 details, 202 or 207 end: 11, 41, 42, 48, 60."""
    fields = _management(profile, batch, code)
    fields[11] = _stan(stan)
    fields[48] = f48
    return "0320", fields


def _management(profile: Profile, batch: int, code: str) -> dict:
    return {
        41: profile.terminal.encode(),
        42: profile.merchant.encode(),
        60: ("00%06d%s" % (batch, code)).encode(),
    }


def _stan(stan: int) -> bytes:
    return b"%06d" % stan


def _operator(profile: Profile) -> bytes:
    return ("%-3s" % profile.operator).encode()


def _totals(totals: Totals) -> bytes:
    """F48: amounts and counts; the result digit after each half is the host's to set."""
    text = b"%012d%03d%012d%03d0%012d%03d%012d%03d0" % (
        totals.debit_minor,
        totals.debit_count,
        totals.credit_minor,
        totals.credit_count,
        totals.foreign_debit_minor,
        totals.foreign_debit_count,
        totals.foreign_credit_minor,
        totals.foreign_credit_count,
    )
    if len(text) != _TOTALS_LEN:
        raise MessageError("totals do not fit", 48)
    return text
