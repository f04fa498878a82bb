# SPDX-License-Identifier: MIT
"""Lines of a terminal script, for tests that play one. Host only."""

_PATIENCE_S = 20


def keys(*names: str) -> list:
    """Return the lines that press these keys."""
    return [{"do": "key", "key": name} for name in names]


def wait(screen: str) -> dict:
    """Return the line that waits for a screen."""
    return {"do": "wait", "screen": screen, "timeout_s": _PATIENCE_S}
