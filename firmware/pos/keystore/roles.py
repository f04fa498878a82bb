# SPDX-License-Identifier: MIT
"""Key roles and algorithms, as stored: a number is never used again for something else."""

from micropython import const

TMK = const(1)  # terminal master key
PIK = const(2)  # PIN key
MAK = const(3)  # MAC key
TDK = const(4)  # track data key
KBPK = const(5)  # key block protection key: what a TMK may arrive under
NAMES = ("", "TMK", "PIK", "MAK", "TDK", "KBPK")

TDES = const(1)  # of 8 (single DES), 16 or 24 bytes
SM4 = const(2)  # of 16 bytes
AES = const(3)  # of 16, 24 or 32 bytes
