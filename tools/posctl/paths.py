# SPDX-License-Identifier: MIT
"""Where things lie in the checkout that posctl was installed from (an editable install)."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FIRMWARE = ROOT / "firmware"
BOARDS = ROOT / "boards"
STUBS = ROOT / "tools" / "stubs"
BUILD = ROOT / "build"
