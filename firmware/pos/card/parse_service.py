# SPDX-License-Identifier: MIT
"""The service code, digit by digit (ISO/IEC 7813): what a card may be used for.

Amex, JCB and gift cards carry values outside the table: those are told as reserved.
"""

_MEANINGS = (
    {
        "1": "international",
        "2": "international, use the chip",
        "5": "national",
        "6": "national, use the chip",
        "7": "private, by agreement only",
        "9": "test card",
    },
    {
        "0": "normal authorisation",
        "2": "ask the issuer on line",
        "4": "ask the issuer on line unless agreed otherwise",
    },
    {
        "0": "all services, PIN required",
        "1": "all services",
        "2": "goods and services only",
        "3": "cash machine only, PIN required",
        "4": "cash only",
        "5": "goods and services, PIN required",
        "6": "all services, PIN where there is a pad",
        "7": "goods and services, PIN where there is a pad",
    },
)


def meanings(code: str) -> list:
    """Return a phrase for each digit of a service code of three digits."""
    return [_MEANINGS[n].get(code[n], "reserved") for n in range(min(len(code), 3))]
