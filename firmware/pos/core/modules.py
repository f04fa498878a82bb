# SPDX-License-Identifier: MIT
"""Code that is not needed now is dropped from the heap, and imported again when it is.

Functions, class dictionaries and tables of a module stay in RAM as long as it is loaded. A sale
uses card, crypto, message and slip code one after the other; together they would not fit. So what
is loaded when the terminal is built stays, and each stage trims the rest before it loads its own.
Objects and running functions keep what they need alive. CPython keeps all modules: there the heap
does not matter, and classes must stay the same objects.
"""

import gc
import sys

_OURS = "pos."
_ON_BOARD = sys.implementation.name == "micropython"
_resident = set()


def keep() -> None:
    """Declare everything loaded so far resident."""
    for name in sys.modules:
        if name.startswith(_OURS):
            _resident.add(name)


def hold(*names: str) -> None:
    """Declare modules resident from now on: machine code, once loaded, is not given back."""
    if _resident:
        _resident.update(names)


def trim() -> None:
    """Forget our modules that are not resident; nothing before the first `keep`."""
    if not _ON_BOARD or not _resident:
        return
    for name in list(sys.modules):
        if name.startswith(_OURS) and name not in _resident:
            del sys.modules[name]
            parent, _, leaf = name.rpartition(".")
            if parent in sys.modules:
                sys.modules[parent].__dict__.pop(leaf, None)
    gc.collect()
