# SPDX-License-Identifier: MIT
"""What kind of message a request is: the words of the ledger, the log and the fault language."""

from acquirer_sim.frame import Request

# (message type, F3, F25, F60.1): unionpay.md section 3
_FINANCIAL = {
    ("0200", "310000", "00", "01"): "balance",
    ("0200", "000000", "00", "22"): "sale",
    ("0200", "200000", "00", "23"): "void",
    ("0220", "200000", "00", "25"): "refund",
    ("0100", "030000", "06", "10"): "preauth",
    ("0100", "030000", "60", "10"): "preauth",
    ("0100", "200000", "06", "11"): "preauth_void",
    ("0200", "000000", "06", "20"): "completion",
    ("0220", "000000", "06", "24"): "completion",
    ("0200", "200000", "06", "21"): "completion_void",
    ("0220", "000000", "00", "30"): "offline",
    ("0220", "000000", "00", "32"): "adjust",
    ("0220", "000000", "00", "34"): "adjust",
    ("0200", "400000", "00", "50"): "transfer",
}
# (message type, F60.3)
_MANAGEMENT = {
    ("0800", "001"): "signon",
    ("0800", "003"): "signon",
    ("0800", "004"): "signon",
    ("0800", "005"): "signon",
    ("0800", "006"): "signon",
    ("0820", "002"): "signoff",
    ("0820", "301"): "echo",
    ("0800", "360"): "parameters",
    ("0800", "361"): "parameters_end",
    ("0800", "390"): "hotlist",
    ("0800", "391"): "hotlist_end",
    ("0820", "362"): "status",
    ("0500", "201"): "settlement",
    ("0320", "201"): "batch_upload",
    ("0320", "000"): "batch_upload",
    ("0320", "203"): "batch_upload",
    ("0320", "204"): "batch_upload",
    ("0320", "205"): "batch_upload",
    ("0320", "206"): "batch_upload",
    ("0320", "202"): "batch_end",
    ("0320", "207"): "batch_end",
}
REVERSAL = "reversal"
REVERSIBLE = (
    "sale",
    "void",
    "preauth",
    "preauth_void",
    "completion",
    "completion_void",
    "transfer",
)
OTHER = "other"
WITH_MAC = frozenset(_FINANCIAL.values()) | {REVERSAL}
ALL = WITH_MAC | frozenset(_MANAGEMENT.values()) | {OTHER}
_MAC_MTIS = ("0100", "0200", "0220", "0400", "0620")


def kind_of(request: Request) -> str:
    """Return the kind of a request, "other" when the acquirer does not know it."""
    if request.mti == "0400":
        return REVERSAL
    found = _MANAGEMENT.get((request.mti, request.network_code))
    if found:
        return found
    return _FINANCIAL.get(_key(request, request.mti), OTHER)


def original_kind(request: Request) -> str:
    """Return the kind of what a reversal takes back."""
    for mti in ("0200", "0100"):
        found = _FINANCIAL.get(_key(request, mti))
        if found:
            return found
    return OTHER


def copied_kind(request: Request) -> str:
    """Return the kind of the advice that a batch upload has a copy of."""
    return _FINANCIAL.get(_key(request, "0220"), OTHER)


def carries_money(request: Request, kind: str) -> bool:
    """Whether the request must be signed on for, and carry a good F64."""
    if kind == OTHER:  # nothing is known of it: a MAC that is there is a MAC to be checked
        return request.mti in _MAC_MTIS or bool(request.get(64))
    return kind in WITH_MAC


def _key(request: Request, mti: str) -> tuple:
    return (mti, request.get(3), request.get(25), request.function)
