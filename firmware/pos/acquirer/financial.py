# SPDX-License-Identifier: MIT
"""What transactions and their reversals carry (reference/unionpay.md, sections 2, 3 and 3.1).

A request is (MTI, fields). Card data and PIN block are passed on as the buffers they came in, not
copied. F64 is a place of eight bytes that the host fills with the MAC.
"""

from pos.core.carddata import Card
from pos.core.deal import (
    ADJUST,
    ADJUSTS,
    ADVICE,
    BALANCE,
    COMPLETION,
    COMPLETION_VOID,
    OFFLINE,
    PREAUTH,
    PREAUTH_MORE,
    PREAUTH_VOID,
    REFUND,
    SALE,
    TIP,
    TRANSFER,
    VOID,
    Deal,
)
from pos.core.errors import MessageError
from pos.core.profile import Profile

# kind: MTI, F3, F25, F60.1
_ROWS = {
    SALE: ("0200", b"000000", b"00", "22"),
    VOID: ("0200", b"200000", b"00", "23"),
    REFUND: ("0220", b"200000", b"00", "25"),
    PREAUTH: ("0100", b"030000", b"06", "10"),
    PREAUTH_MORE: ("0100", b"030000", b"60", "10"),
    PREAUTH_VOID: ("0100", b"200000", b"06", "11"),
    COMPLETION: ("0200", b"000000", b"06", "20"),
    ADVICE: ("0220", b"000000", b"06", "24"),
    COMPLETION_VOID: ("0200", b"200000", b"06", "21"),
    BALANCE: ("0200", b"310000", b"00", "01"),
    TRANSFER: ("0200", b"400000", b"00", "50"),
    OFFLINE: ("0220", b"000000", b"00", "30"),
    ADJUST: ("0220", b"000000", b"00", "32"),
    TIP: ("0220", b"000000", b"00", "34"),
}
_CAPABILITY = "2"  # F60.4: magnetic stripe only
_PIN_LEN_MAX = b"12"  # F26
_NO_RRN = b"000000000000"
_NO_SCHEME = b"000"  # F63
_NO_DATE = "0000"
_STAND_IN = "02"  # F61.4: authorised by nobody but the terminal, so there is no F38
_MAC_PLACE = bytes(8)
_SINGLE_LENGTH = "001"  # F60.3 of a sign-on with single-length keys
_NO_BLOCK = bytes(8)  # F52 where the PIN block is in F59
_SM4_BLOCK = b"A1016"  # of F59: tag and length of a PIN block of SM4


def request(profile: Profile, deal: Deal, card: Card, pin_block: bytearray) -> tuple:
    """The request of a deal. `card` and `pin_block` may be None; a card without tracks was typed.

    A PIN block of 16 bytes (SM4) goes into F59, a bytearray for the caller to wipe. The tracks of
    `card` are encrypted already where the profile says so.
    """
    fields = _of_deal(profile, deal)
    if (pin_block is not None) != (deal.entry_mode[2:] == "1"):
        raise MessageError("does not agree with the PIN block", 22)
    tracks = card is not None and card.track2 is not None
    if tracks:
        fields[35] = card.track2
        if card.track3:
            fields[36] = card.track3
    elif card is not None:
        fields[2] = card.pan
        if card.expiry:
            fields[14] = card.expiry.encode()
    if pin_block is not None:
        _put_pin(fields, pin_block)
    if tracks or pin_block is not None:
        fields[53] = _security(profile, pin_block is not None, tracks)
    _put_original(fields, deal)
    if deal.kind == TRANSFER:
        fields[62 if profile.transfer_layout == "f62" else 48] = card.receiver
    return _ROWS[deal.kind][0], fields


def reversal(profile: Profile, deal: Deal, reason: str) -> tuple:
    """0400: the original's numbers and the reason in F39; no card data, no PIN, no RRN (5.1)."""
    fields = _of_deal(profile, deal)
    fields[39] = reason.encode()
    auth = deal.auth or deal.original_auth
    if auth:
        fields[38] = auth.encode()
    # F61 names the message that is reversed, not what that one took back or completed
    if deal.kind == VOID:
        fields[61] = _place(deal.batch, deal.stan)
    elif deal.kind in (PREAUTH_VOID, COMPLETION, COMPLETION_VOID):
        fields[61] = _place(deal.batch, deal.stan, _NO_DATE)
    return "0400", fields


def _of_deal(profile: Profile, deal: Deal) -> dict:
    """Fields that a request and its reversal have in common."""
    _, processing, condition, function = _ROWS[deal.kind]
    partial = "1" if deal.kind == SALE and profile.partial_approval else ""
    tail = "000" + _CAPABILITY + deal.chip + partial
    fields = {
        3: processing,
        11: b"%06d" % deal.stan,
        22: deal.entry_mode.encode(),
        25: condition,
        41: profile.terminal.encode(),
        42: profile.merchant.encode(),
        49: profile.currency.encode(),
        60: ("%s%06d%s" % (function, deal.batch, tail)).encode(),
        64: _MAC_PLACE,
    }
    if deal.kind != BALANCE:
        fields[4] = b"%012d" % deal.amount_minor
    if profile.algorithm == "sm4":  # with every MAC (2.3)
        fields[53] = _security(profile, False, False)
    return fields


def _put_pin(fields: dict, pin_block: bytearray) -> None:
    fields[26] = _PIN_LEN_MAX
    if len(pin_block) == 16:
        fields[52] = _NO_BLOCK
        fields[59] = bytearray(_SM4_BLOCK)
        fields[59].extend(pin_block)
    else:
        fields[52] = pin_block


def _put_original(fields: dict, deal: Deal) -> None:
    """F37, F38, F48, F61 and F63, as the kind has them (3.1, 2.5, 2.9)."""
    kind = deal.kind
    if deal.original_auth and deal.auth_mode != _STAND_IN and kind != REFUND:
        fields[38] = deal.original_auth.encode()
    if kind in (VOID, REFUND, COMPLETION_VOID) or deal.among(ADJUSTS):
        fields[37] = deal.original_rrn.encode() or _NO_RRN
    if kind == VOID:
        fields[61] = _place(deal.original_batch, deal.original_stan)
    elif kind in (PREAUTH_VOID, COMPLETION, ADVICE, COMPLETION_VOID):
        fields[61] = _place(deal.original_batch, deal.original_stan, deal.original_date)
    elif kind == PREAUTH_MORE:
        fields[61] = _place(0, 0, _NO_DATE)
    elif kind == REFUND:
        fields[61] = _place(0, 0, deal.original_date)
    elif kind == OFFLINE or deal.among(ADJUSTS):
        fields[61] = _place(
            deal.original_batch, deal.original_stan, deal.original_date, deal.auth_mode or "00"
        )
    if kind in (REFUND, OFFLINE) or deal.among(ADJUSTS):
        fields[63] = deal.scheme.encode() or _NO_SCHEME
    if deal.among(ADJUSTS):
        fields[48] = b"%012d" % abs(deal.amount_minor - deal.before_minor)


def _place(batch: int, stan: int, date: str = "", mode: str = "") -> bytes:
    """F61; a date that nobody knows is 0000."""
    if mode or date:
        return ("%06d%06d%4s%s" % (batch, stan, date or _NO_DATE, mode)).encode()
    return b"%06d%06d" % (batch, stan)


def _security(profile: Profile, pin: bool, track: bool) -> bytes:
    """F53: PIN format (2: with PAN), algorithm (0 single DES, 6 double, 3 SM4), tracks sealed."""
    if profile.algorithm == "sm4":
        algorithm = b"3"
    else:
        algorithm = b"0" if profile.key_length == _SINGLE_LENGTH else b"6"
    sealed = b"1" if track and profile.encrypt_tracks else b"0"
    return (b"2" if pin else b"0") + algorithm + sealed + b"0000000000000"
