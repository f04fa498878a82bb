# SPDX-License-Identifier: MIT
"""The test cards of a fresh database. No real card: all PANs are published for testing.

Sources: 6250930000000002 to ...0093 docs.connect.worldline-solutions.com (UnionPay ExpressPay);
6200001234567892 vectors/8583_computed.json; 6216261000000000018 UnionPay's open platform;
4012888888881881 and 5500000000000004 public processor test pages; 62123456789... Braintree's
UnionPay test page.
"""

from acquirer_sim import accounts
from acquirer_sim.accounts import Card
from acquirer_sim.store import Store

_PIN = "123456"

CARDS = (
    Card(
        "6200001234567892",
        _PIN,
        100000000,
        "rich",
        "approves every sale it can pay for; PIN optional",
        name="WANG/XIAOMING",
    ),
    Card(
        "6216261000000000018",
        _PIN,
        50000000,
        "debit",
        "19 digits; a sale without PIN is declined 55",
        name="LI/MEI",
        pin_required=True,
    ),
    Card("6250930000000002", _PIN, 1000, "poor", "10.00 left, then 51", name="CHEN/YI"),
    Card("6250930000000010", _PIN, 5000000, "expired", "declined 54", expiry="2001"),
    Card("6250930000000028", _PIN, 5000000, "lost", "declined 41", status="lost"),
    Card("6250930000000036", _PIN, 5000000, "stolen", "declined 43", status="stolen"),
    Card(
        "6250930000000044",
        "246810",
        5000000,
        "pin",
        "to practise wrong PINs: 55, 55, 55, then 75 for good; PIN required",
        pin_required=True,
    ),
    Card(
        "6250930000000051",
        _PIN,
        5000000,
        "no-track-3",
        "tracks 1 and 2 only",
        name="ZHAO/LEI",
        track3=False,
    ),
    Card("6250930000000069", _PIN, 5000000, "chip", "declined 45 unless F60.5=2", service="220"),
    Card("6250930000000077", _PIN, 5000000, "limit", "61 above 1000.00", limit_minor=100000),
    Card("6250930000000085", _PIN, 5000000, "restricted", "declined 57", status="restricted"),
    Card("6250930000000093", _PIN, 5000000, "inactive", "declined 21", status="inactive"),
    Card(
        "4012888888881881",
        _PIN,
        50000000,
        "foreign",
        "scheme VIS, counted as foreign; no track 3",
        name="DOE/JANE",
        service="101",
        track3=False,
    ),
    Card(
        "5500000000000004",
        _PIN,
        50000000,
        "foreign",
        "scheme MCC, counted as foreign; no track 3",
        name="ROE/RICHARD",
        service="101",
        track3=False,
    ),
    Card(
        "6212345678901232",
        _PIN,
        5000,
        "partial",
        "50.00 left: more is approved in part (10) where F60.6 is 1, else 51",
    ),
    Card("6212345678901265", _PIN, 5000000, "vip", "approved with 11", status="vip"),
    Card(
        "6212345678900028", _PIN, 5000000, "approved-a2", "approved with A2", status="approved-a2"
    ),
    Card(
        "6212345678900036", _PIN, 5000000, "approved-a4", "approved with A4", status="approved-a4"
    ),
    Card(
        "6212345678900085", _PIN, 5000000, "approved-a5", "approved with A5", status="approved-a5"
    ),
    Card(
        "6212345678900093", _PIN, 5000000, "approved-a6", "approved with A6", status="approved-a6"
    ),
)


def add_all(store: Store) -> None:
    """Put the table into a fresh database."""
    for card in CARDS:
        accounts.add(store, card)
