# SPDX-License-Identifier: MIT
"""What CPython lacks of MicroPython's `micropython` module, for running firmware on a host.

Viper's pointer casts become functions that return the buffer: a viper function that only indexes
its pointers then runs here as it is.
"""

import builtins


def const(value: object) -> object:
    """Return the value: MicroPython folds it at compile time, CPython has nothing to do."""
    return value


def native(function: object) -> object:
    """Return the function unchanged (no native emitter on CPython)."""
    return function


viper = native


def _pointer(buffer: object) -> object:
    """Return the buffer itself, to be indexed as viper would index the memory."""
    return buffer


builtins.ptr8 = builtins.ptr16 = builtins.ptr32 = _pointer
