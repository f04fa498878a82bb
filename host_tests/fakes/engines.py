# SPDX-License-Identifier: MIT
"""Which code runs the rounds of DES and SM4: the best there is, or the bytecode twin.

A test case repeats another on the twin by inheriting it with `setUp = use_portable` and
`tearDown = use_best`.
"""

from pos.crypto import des, des_portable, sm4, sm4_portable

_BEST = (des.crypt, sm4.crypt, sm4.TABLES)


def use_portable(_: object = None) -> None:
    """Run bytecode from now on; a cipher made before is of use on either path."""
    des.crypt = des_portable.crypt
    sm4.crypt, sm4.TABLES = sm4_portable.crypt, sm4_portable.TABLES


def use_best(_: object = None) -> None:
    """Run what was chosen at import."""
    des.crypt, sm4.crypt, sm4.TABLES = _BEST
