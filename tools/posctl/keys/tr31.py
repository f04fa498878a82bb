# SPDX-License-Identifier: MIT
"""Key blocks (ANSI X9.143, formerly TR-31) of a host: made by psec, which shares no code with
the firmware that opens them.

Version B under a triple DES KBPK, version D under an AES one. Algorithm letters: T triple DES;
SM4 has none in the standard, 4 is ours (firmware/pos/crypto/keyblock.py).
"""

import warnings

from posctl.errors import ToolError

_VERSIONS = {"tdes": "B", "aes": "D"}
_LETTERS = {"tdes": "T", "sm4": "4"}


def wrap_tmk(kbpk_algorithm: str, kbpk: bytes, algorithm: str, tmk: bytes) -> str:
    """Return the block of a TMK: usage K0, decryption only, not exportable."""
    import psec

    version, letter = _VERSIONS[kbpk_algorithm], _LETTERS[algorithm]
    if version == "B" and letter != "T":
        raise ToolError(f"a TMK for {algorithm} needs an AES KBPK: triple DES is weaker")
    header = psec.tr31.Header(version, "K0", letter, "D", "00", "N")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that triple DES is old
        return psec.tr31.KeyBlock(kbpk, header).wrap(tmk)
