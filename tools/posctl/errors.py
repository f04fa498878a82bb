# SPDX-License-Identifier: MIT
"""The one error of the host tools."""


class ToolError(Exception):
    """Bad input or a failed step: one clear line naming what and where; exit code 2."""
