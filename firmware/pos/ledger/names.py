# SPDX-License-Identifier: MIT
"""Kinds and states of a deal as DESIGN section 6 writes them; for tools and tests."""

from pos.core.deal import (
    ADJUST,
    ADVICE,
    APPROVED,
    BALANCE,
    COMPLETION,
    COMPLETION_VOID,
    DECLINED,
    NOT_SENT,
    OFFLINE,
    PENDING,
    PREAUTH,
    PREAUTH_MORE,
    PREAUTH_VOID,
    REFUND,
    REVERSED,
    SALE,
    TIP,
    TRANSFER,
    VOID,
    VOIDED,
)

KIND_NAMES = {
    SALE: "sale",
    VOID: "void",
    REFUND: "refund",
    PREAUTH: "preauth",
    PREAUTH_MORE: "preauth",
    PREAUTH_VOID: "preauth_void",
    COMPLETION: "completion",
    ADVICE: "completion",
    COMPLETION_VOID: "completion_void",
    BALANCE: "balance",
    TRANSFER: "transfer",
    OFFLINE: "offline",
    ADJUST: "adjust",
    TIP: "adjust",
}
STATE_NAMES = {
    PENDING: "pending",
    APPROVED: "approved",
    DECLINED: "declined",
    REVERSED: "reversed",
    VOIDED: "voided",
    NOT_SENT: "not sent",
}
