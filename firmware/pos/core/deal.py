# SPDX-License-Identifier: MIT
"""A deal: one transaction as ledger, acquirer, slip and screen all see it.

It holds no card data beyond the masked PAN, a keyed hash and the PAN sealed by the key store.
Numbers are never reused: they stand in the journal.
"""

from micropython import const

SALE = const(1)
VOID = const(2)
REFUND = const(3)
PREAUTH = const(4)
PREAUTH_MORE = const(5)  # additional pre-authorisation
PREAUTH_VOID = const(6)
COMPLETION = const(7)  # request
ADVICE = const(8)  # completion advice
COMPLETION_VOID = const(9)
BALANCE = const(10)
TRANSFER = const(11)
OFFLINE = const(12)
ADJUST = const(13)  # settlement adjustment of an offline sale
TIP = const(14)

# Sets of kinds, one bit each.
DEBITS = const(0x1182)  # sale, completion, advice, offline
CREDITS = const(0x020C)  # void, refund, completion void
ADJUSTS = const(0x6000)  # adjustment, tip: they change the amount of another deal
REPEATS = const(0x7108)  # refund, advice, offline, adjustment, tip: sent again, never reversed
TAKE_BACK = const(0x0244)  # voids: the original is voided by them
HOLDS = const(0x0030)  # both pre-authorisations
HOLDERS = const(0x03E0)  # what refers to one by its code: additional, void, completions and theirs

PENDING = const(1)  # sent or about to be; no usable answer yet: a reversal or a repeat is due
APPROVED = const(2)
DECLINED = const(3)
REVERSED = const(4)
VOIDED = const(5)  # taken back by an approved void
NOT_SENT = const(6)  # nothing left the terminal: the STAN is burnt, there is no transaction


class Deal:
    """One transaction. Strings are digits or ASCII; amounts are minor units; times are local.

    What is below are defaults: a deal holds in RAM only what was set.
    """

    kind = SALE
    state = PENDING
    batch = 0  # F60.2
    stan = 0  # F11 = voucher number
    amount_minor = 0  # F4, always positive; the kind gives the sign
    pan_masked = ""  # 6+4
    card_hash = b""  # 8 bytes, keyed: "same card"
    pan_sealed = b""  # 16 bytes (keystore/sealed_pan.py): for repeats and batch upload
    entry_mode = ""  # F22, three digits
    chip = "0"  # F60.5: 2 = fallback, its chip could not be read
    expiry = ""  # F14 of a card that was typed
    operator = ""  # two digits
    time = ""  # YYYYMMDDhhmmss, terminal clock at intent; F13/F12 of the host once known
    response = ""  # F39
    rrn = ""  # F37
    auth = ""  # F38
    settle_date = ""  # F15, MMDD
    issuer = ""  # F44, first 11 characters, stripped
    acquirer = ""  # F44, last 11 characters, stripped
    scheme = ""  # F63.1: CUP, VIS, ...; "" counts as CUP
    original_stan = 0  # what it takes back, completes or adjusts; 0: not in our journal
    original_batch = 0
    original_date = ""  # MMDD
    original_rrn = ""
    original_auth = ""
    auth_mode = ""  # F61.4
    before_minor = 0  # adjustment: the amount it replaces
    to_masked = ""  # transfer: the card that receives, 6+4
    f39 = "06"  # reversal reason while pending: 98, A0 or 06 (unionpay 5.1)
    tries = 0  # reversals or repeats sent
    unresolved = False  # all tries used: fault slip printed, stays listed until answered
    printed = "no"  # merchant copy: no, unknown (begun, no proof) or yes
    reprints = 0
    seq = 0  # journal sequence of its intent
    asked_minor = 0  # what was asked for, where a part of it was approved
    balance_minor = None  # F54, when the answer had one
    refunded_minor = 0  # by refunds that were not declined, as far as our journal knows
    adjusted = False  # by an adjustment that was not declined
    added = False  # an additional pre-authorisation names it

    def among(self, kinds: int) -> bool:
        """Whether its kind is one of a set."""
        return bool(kinds >> self.kind & 1)

    @property
    def domestic(self) -> bool:
        """Whether the deal counts as domestic: scheme CUP, or no scheme given (F63.1)."""
        return self.scheme in ("", "CUP")
