# SPDX-License-Identifier: MIT
"""What CPython lacks of MicroPython's `micropython` module, for running firmware on a host."""


def const(value: object) -> object:
    """Return the value: MicroPython folds it at compile time, CPython has nothing to do."""
    return value


def native(function: object) -> object:
    """Return the function unchanged (no native emitter on CPython)."""
    return function


viper = native
