# SPDX-License-Identifier: MIT
"""Speed figures for `make bench`: our code on both runtimes, and a peer beside it."""
