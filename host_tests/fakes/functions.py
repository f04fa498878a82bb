# SPDX-License-Identifier: MIT
"""What a cashier does at the functions beside sale, void and settlement, for fakes.board.Cashier.

Every answer a function may ask for is there, so that one that is asked for needlessly shows in the
screens and not as an error of the fake.
"""

from fakes.board import Function, Press

_PASSWORD = list("123456") + ["ENTER"]


def _typed(value: object) -> list:
    return list(str(value)) + ["ENTER"]


def _answers(amount_minor: int, flux: tuple, pin: str) -> dict:
    return {
        "role.password": _PASSWORD,
        "sale.amount": _typed(amount_minor),
        "card.swipe": [flux],
        "pin.enter": _typed(pin),
    }


def balance(flux: tuple, pin: str = "1234") -> Press:
    """F5."""
    return Press("F5", _answers(0, flux, pin))


def refund(original: str, amount_minor: int, flux: tuple, date: str = "1122") -> Press:
    """F6; `original` is a voucher, a reference or "" for the last."""
    answers = _answers(amount_minor, flux, "")
    answers.update({"refund.original": _typed(original), "refund.date": _typed(date)})
    return Press("F6", answers)


def preauth(amount_minor: int, flux: tuple, pin: str = "1234") -> Press:
    """F7."""
    return Press("F7", _answers(amount_minor, flux, pin))


def about(
    function: str, code: str, amount_minor: int, flux: tuple, pin: str = "1234", date: str = "0715"
) -> Press:
    """What names a pre-authorisation by its code: preauthmore, preauthvoid, completion, advice."""
    answers = _answers(amount_minor, flux, pin)
    answers.update({"preauth.code": _typed(code), "preauth.date": _typed(date)})
    return Function(function, answers)


def completion_void(flux: tuple, stan: int = 0, pin: str = "1234") -> Press:
    """Void of a completion, the last deal where `stan` is 0."""
    answers = _answers(0, flux, pin)
    answers["void.voucher"] = _typed(stan or "")
    return Function("completionvoid", answers)


def transfer(
    flux: tuple, to: tuple, amount_minor: int, pin: str = "1234", sure: str = "ENTER"
) -> Press:
    """From one card to another; `sure` is the key of the second confirmation."""
    answers = _answers(amount_minor, flux, pin)
    answers.update({"transfer.card": [to], "transfer.confirm": ["ENTER"], "transfer.sure": [sure]})
    return Function("transfer", answers)


def offline(pan: str, amount_minor: int, code: str = "445566", expiry: str = "1230") -> Press:
    """A typed card, authorised by telephone."""
    answers = _answers(amount_minor, None, "")
    answers.update({"card.number": _typed(pan), "card.expiry": _typed(expiry)})
    answers.update({"offline.code": _typed(code), "offline.confirm": ["ENTER"]})
    return Function("offline", answers)


def adjust(function: str, amount_minor: int, stan: int = 0) -> Press:
    """`adjust` or `tip` of a voucher, the last deal where `stan` is 0."""
    answers = _answers(amount_minor, None, "")
    answers.update({"adjust.voucher": _typed(stan or ""), "adjust.confirm": ["ENTER"]})
    return Function(function, answers)
