# SPDX-License-Identifier: MIT
"""The field table of the UnionPay terminal dialect (reference/unionpay.md, sections 1.2 and 2).

One small integer a field, zero where the dialect has no such field: the low ten bits are the
length, or the longest length where LL or LLL says that a length goes in front.
"""

from micropython import const

LENGTH = const(0x3FF)  # n, z: digits; an, ans: characters (GBK bytes); b: bytes
N = const(0x400)  # packed digits
Z = const(0x800)  # packed track: any nibble, D is the separator
AN = const(0x1000)  # printable ASCII
ANS = const(0x2000)  # any byte: GBK text
B = const(0x4000)
LL = const(0x8000)  # one BCD byte of length in front
LLL = const(0x10000)  # two
LEFT = const(0x20000)  # fixed digits that start at the left nibble
PANS = const(0x40000)  # card numbers may be in it: the codec works without a copy of it
PREFIX_SHIFT = const(15)  # of LL and LLL: leaves the number of length bytes
LAST = const(64)

SPECS = (
    0,
    0,  # 1: there is no second bitmap
    N | LL | PANS | 19,  # 2 PAN
    N | 6,  # 3 processing code
    N | 12,  # 4 amount
    0,
    0,
    0,
    0,
    0,
    0,
    N | 6,  # 11 STAN
    N | 6,  # 12 local time
    N | 4,  # 13 local date
    N | 4,  # 14 expiry
    N | 4,  # 15 settlement date
    0,
    0,
    0,
    0,
    0,
    0,
    N | LEFT | 3,  # 22 entry mode
    N | 3,  # 23 card sequence number
    0,
    N | 2,  # 25 condition code
    N | 2,  # 26 PIN capture code
    0,
    0,
    0,
    0,
    0,
    N | LL | 11,  # 32 acquiring institution
    0,
    0,
    Z | LL | 37,  # 35 track 2
    Z | LLL | 104,  # 36 track 3
    AN | 12,  # 37 RRN
    AN | 6,  # 38 authorisation code
    AN | 2,  # 39 response code, reversal reason
    0,
    ANS | 8,  # 41 terminal
    ANS | 15,  # 42 merchant
    0,
    ANS | LL | 25,  # 44 issuer and acquirer; called an, but hosts put names in it
    0,
    0,
    0,
    N | LLL | PANS | 322,  # 48 totals, batch details, tip
    AN | 3,  # 49 currency
    0,
    0,
    B | 8,  # 52 PIN block
    N | 16,  # 53 security control
    ANS | LLL | 20,  # 54 balance
    B | LLL | 255,  # 55 IC data
    0,
    0,
    ANS | LLL | 100,  # 58 e-purse
    ANS | LLL | 600,  # 59 extension TLV; its A1 is binary
    N | LLL | 17,  # 60 function, batch, management code, capabilities
    N | LLL | 29,  # 61 original transaction
    B | LLL | 999,  # 62 keys, parameters, images
    ANS | LLL | 163,  # 63 operator, scheme, slip text
    B | 8,  # 64 MAC
)
