# SPDX-License-Identifier: MIT
"""Terminal parameters: one object, loaded from the board's profile, checked once."""


class Profile:
    """Its attributes are the names of core/parameters.py."""

    def __init__(self, values: dict) -> None:
        from pos.core.parameters import checked

        found = checked(values)
        for name in found:
            setattr(self, name, found[name])
