# SPDX-License-Identifier: MIT
"""Terminal parameters: one object, loaded from the board's profile, checked once."""


class Profile:
    """Its attributes are the names of core/parameters.py; `options` is for core/options.py."""

    def __init__(self, values: dict) -> None:
        self.use(values)

    def use(self, values: dict) -> None:
        """Take other values into use, all of them; on ProfileError the old ones stay."""
        from pos.core import options
        from pos.core.parameters import checked

        found = checked(values)
        found["options"] = options.checked(values)
        for name in found:
            setattr(self, name, found[name])
