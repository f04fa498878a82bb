# SPDX-License-Identifier: MIT
"""What each request carries (reference/unionpay.md, sections 2 and 3.1).

A request is (MTI, fields). Card data and PIN block are passed on as the buffers they came in, not
copied. F64, where there is one, is a place of eight bytes that the host fills with the MAC.
"""

from pos.core.carddata import Card
from pos.core.deal import SALE, VOID, Deal, Totals
from pos.core.errors import MessageError
from pos.core.profile import Profile

SIGN_OFF = "002"  # F60.3
ECHO = "301"
SETTLEMENT = "201"

_KINDS = {SALE: (b"000000", "22"), VOID: (b"200000", "23")}  # F3, F60.1
_NORMAL = b"00"  # F25
_CAPABILITY = "20"  # F60.4 magnetic stripe only, F60.5 no chip involved
_PIN_LEN_MAX = b"12"  # F26
_NO_RRN = b"000000000000"
_MAC_PLACE = bytes(8)
_TOTALS_LEN = 62  # F48 of a settlement
_SINGLE_LENGTH = "001"  # F60.3 of a sign-on with single-length keys
_NO_BLOCK = bytes(8)  # F52 where the PIN block is in F59
_SM4_BLOCK = b"A1016"  # of F59: tag and length of a PIN block of SM4


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


def financial(profile: Profile, deal: Deal, card: Card, pin_block: bytearray) -> tuple:
    """0200, sale or void by the deal's kind. `card` and `pin_block` may be None.

    A PIN block of 16 bytes (SM4) goes into F59, a bytearray for the caller to wipe. The tracks of
    `card` are encrypted already where the profile says so.
    """
    fields = _of_deal(profile, deal)
    if (pin_block is not None) != (deal.entry_mode[2:] == "1"):
        raise MessageError("does not agree with the PIN block", 22)
    if card is not None:
        fields[35] = card.track2
        if card.track3:
            fields[36] = card.track3
    if pin_block is not None:
        fields[26] = _PIN_LEN_MAX
        if len(pin_block) == 16:
            fields[52] = _NO_BLOCK
            fields[59] = bytearray(_SM4_BLOCK)
            fields[59].extend(pin_block)
        else:
            fields[52] = pin_block
    if card is not None or pin_block is not None:
        fields[53] = _security(profile, pin_block is not None, card is not None)
    if deal.kind == VOID:
        fields[37] = deal.original_rrn.encode() or _NO_RRN
        if deal.original_auth:
            fields[38] = deal.original_auth.encode()
        fields[61] = b"%06d%06d" % (deal.original_batch, deal.original_stan)
    return "0200", fields


def reversal(profile: Profile, deal: Deal, reason: str) -> tuple:
    """0400: the original's numbers and the reason in F39; no card data, no PIN, no RRN (5.1)."""
    fields = _of_deal(profile, deal)
    fields[39] = reason.encode()
    auth = deal.auth or deal.original_auth
    if auth:
        fields[38] = auth.encode()
    if deal.kind == VOID:  # F61 names the void itself, not the sale it took back
        fields[61] = b"%06d%06d" % (deal.batch, deal.stan)
    return "0400", fields


def _of_deal(profile: Profile, deal: Deal) -> dict:
    """Fields that a request and its reversal have in common."""
    processing, function = _KINDS[deal.kind]
    fields = {
        3: processing,
        4: b"%012d" % deal.amount_minor,
        11: _stan(deal.stan),
        22: deal.entry_mode.encode(),
        25: _NORMAL,
        41: profile.terminal.encode(),
        42: profile.merchant.encode(),
        49: profile.currency.encode(),
        60: _function(function, deal.batch, "000" + _CAPABILITY),
        64: _MAC_PLACE,
    }
    if profile.algorithm == "sm4":  # with every MAC (2.3)
        fields[53] = _security(profile, False, False)
    return fields


def _management(profile: Profile, batch: int, code: str) -> dict:
    return {
        41: profile.terminal.encode(),
        42: profile.merchant.encode(),
        60: _function("00", batch, code),
    }


def _function(function: str, batch: int, tail: str) -> bytes:
    return ("%s%06d%s" % (function, batch, tail)).encode()


def _stan(stan: int) -> bytes:
    return b"%06d" % stan


def _operator(profile: Profile) -> bytes:
    return ("%-3s" % profile.operator).encode()


def _security(profile: Profile, pin: bool, track: bool) -> bytes:
    """F53: PIN format (2: with PAN), algorithm (0 single DES, 6 double, 3 SM4), tracks sealed."""
    if profile.algorithm == "sm4":
        algorithm = b"3"
    else:
        algorithm = b"0" if profile.key_length == _SINGLE_LENGTH else b"6"
    sealed = b"1" if track and profile.encrypt_tracks else b"0"
    return (b"2" if pin else b"0") + algorithm + sealed + b"0000000000000"


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
