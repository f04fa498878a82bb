# SPDX-License-Identifier: MIT
"""Start the terminal on the board this image was built for."""

import sys

from board import make_board
from pos.app import run

sys.exit(run(make_board()))
