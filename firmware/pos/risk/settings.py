# SPDX-License-Identifier: MIT
"""Parameters that the acquirer sent: what they change of the board's profile, kept on flash.

They are one small blob: a cut leaves the old ones or the new. A download replaces the one before;
what it does not name is as the board's profile has it.
"""

import json

from pos.core.errors import PosError, StoreError
from pos.core.profile import Profile
from pos.store.slots import AtomicSlot


def apply(board: object, profile: Profile) -> bool:
    """Put what is kept into a profile, at power on; False, and a log line, when it is damaged."""
    try:
        kept = AtomicSlot(board.partition("params")).load()
        if kept:
            profile.use(_merged(board, _parsed(kept)))
        return True
    except PosError as error:
        board.log("parameters", error.reason)
        return False


def change(board: object, profile: Profile, found: dict) -> None:
    """Keep `found` and put it into use; ProfileError names a bad value, and nothing is changed."""
    merged = _merged(board, found)
    Profile(merged)
    AtomicSlot(board.partition("params")).save(json.dumps(found).encode())
    profile.use(merged)


def _merged(board: object, found: dict) -> dict:
    values = board.profile()
    merged = dict(values)
    merged.update(found)
    return merged


def _parsed(kept: bytes) -> dict:
    try:
        return json.loads(kept)
    except ValueError:
        raise StoreError("parameters are not readable")
