# SPDX-License-Identifier: MIT
"""First thing after power on: keep the heap compact while the firmware loads."""

import gc

gc.collect()
if hasattr(gc, "threshold"):
    gc.threshold(8192)
