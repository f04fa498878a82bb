# SPDX-License-Identifier: MIT
"""Makes the firmware's packages importable on the host, for tools that offer its functions."""

import sys

from posctl.paths import FIRMWARE, STUBS


def enable() -> None:
    """Put the stubs and firmware/ first on sys.path; call before importing `pos.*`."""
    for folder in (str(FIRMWARE), str(STUBS)):
        if folder not in sys.path:
            sys.path.insert(0, folder)
