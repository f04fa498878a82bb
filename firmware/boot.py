# SPDX-License-Identifier: MIT
"""First thing after power on: collect often, so that what stays in the heap lies together."""

import gc

if hasattr(gc, "threshold"):
    gc.threshold(8192)
