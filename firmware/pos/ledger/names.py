# SPDX-License-Identifier: MIT
"""Kinds and states of a deal as DESIGN section 6 writes them; for tools and tests."""

from pos.core.deal import (
    APPROVED,
    DECLINED,
    NOT_SENT,
    PENDING,
    REVERSED,
    SALE,
    VOID,
    VOIDED,
)

KIND_NAMES = {SALE: "sale", VOID: "void"}
STATE_NAMES = {
    PENDING: "pending",
    APPROVED: "approved",
    DECLINED: "declined",
    REVERSED: "reversed",
    VOIDED: "voided",
    NOT_SENT: "not sent",
}
