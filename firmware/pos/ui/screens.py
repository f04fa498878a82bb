# SPDX-License-Identifier: MIT
"""Every screen id with the keys it takes: for `posctl terminal screens` and for tests.

Not imported on the device. A test checks that the firmware shows no id that is missing here.
"""

SCREENS = (
    ("boot", "", "starting, ledger is read back"),
    ("signon", "", "sign-on is under way"),
    ("idle", "0-9 swipe F1 F2 F3 F4 F8 MENU", "ready: a digit or a swipe starts a sale"),
    ("menu", "1-8 UP DOWN ENTER CANCEL", "all functions"),
    ("sale.amount", "0-9 00 CLEAR ENTER CANCEL", "amount in minor units"),
    ("card.swipe", "swipe CANCEL", "waiting for the card"),
    ("pin.enter", "0-9 CLEAR ENTER CANCEL", "PIN, 4 to 12 digits; ENTER alone skips it"),
    ("host.wait", "", "waiting for the acquirer"),
    ("outcome.approved", "ENTER", "approved; the slip is printing"),
    ("outcome.declined", "ENTER", "declined, with the reason"),
    ("outcome.unknown", "ENTER", "no usable answer; the reversal is under way"),
    ("void.voucher", "0-9 CLEAR ENTER CANCEL", "voucher of the sale; ENTER alone takes the last"),
    ("role.password", "0-9 CLEAR ENTER CANCEL", "supervisor password"),
    ("settle.confirm", "ENTER CANCEL", "totals; first confirmation"),
    ("settle.sure", "ENTER CANCEL", "second confirmation"),
    ("settle.busy", "", "settlement is under way"),
    ("settle.detail", "ENTER CANCEL", "print the transaction list?"),
    ("settle.done", "ENTER", "settled; result and new batch"),
    ("print.tear", "ENTER", "tear off; goes on by itself"),
    ("print.paper", "ENTER CANCEL", "printer blocked: retry, or print later"),
    ("store.full", "ENTER", "settle before the next transaction"),
    ("signon.done", "ENTER", "signed on at the operator's request"),
    ("signoff.done", "ENTER", "signed off"),
    ("keys.load", "CANCEL", "a key loader may load keys; check values so far"),
    ("keys.done", "ENTER", "keys are stored; a sign-on follows"),
    ("error", "ENTER", "what went wrong and what to do"),
    ("tampered", "", "out of service"),
)
