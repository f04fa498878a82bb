# SPDX-License-Identifier: MIT
"""The firmware's version, as printed on every slip and shown at boot."""

VERSION = "0.1.0"
