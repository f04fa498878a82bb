# SPDX-License-Identifier: MIT
"""The firmware's version, as printed on every slip and shown at boot."""

from micropython import const

VERSION = "0.1.0"
DATE = const(20261122)  # of its release: no clock that runs it can be earlier
