# SPDX-License-Identifier: MIT
"""Terminals to drive the acquirer with: their messages, their days, their ledgers.

Host side only and of the simulator's own making (`pyiso8583`, `cryptography`), never firmware
code: what a board does is for the firmware's tests, this is for load, faults and crashes.
"""
