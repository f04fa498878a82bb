# SPDX-License-Identifier: MIT
"""Key roles and algorithms, as stored: a number is never used again for something else."""

from micropython import const

TMK = const(1)  # terminal master key
PIK = const(2)  # PIN key
MAK = const(3)  # MAC key
TDK = const(4)  # track data key
NAMES = ("", "TMK", "PIK", "MAK", "TDK")

TDES = const(1)  # of 8 (single DES), 16 or 24 bytes
