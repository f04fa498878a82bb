# SPDX-License-Identifier: MIT
"""Counts work instead of time (CPython only): the lines of some files that a call runs."""

import sys


def lines_run(call: object, part: str) -> int:
    """Return how many lines of files with `part` in their path run during `call()`."""
    count = 0

    def line(frame: object, event: str, argument: object) -> object:
        nonlocal count
        if event == "line":
            count += 1
        return line

    def enter(frame: object, event: str, argument: object) -> object:
        return line if part in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
