# SPDX-License-Identifier: MIT
"""A receipt printer on the host: ESC/POS bytes to text and to a picture of the paper.

Written apart from the firmware and with CPython's own GBK codec, so that it can judge the slips.
"""

from posctl.receipt.png import render_png
from posctl.receipt.text import render_text

__all__ = ["render_png", "render_text"]
