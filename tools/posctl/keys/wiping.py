# SPDX-License-Identifier: MIT
"""Taking a bench terminal out of use: nothing of its keys, counter and journal stays on flash.

The erasing is the firmware's; the proof is read from the file by code of our own.
"""

from dataclasses import dataclass

from posctl import firmware, flash_view, statedir
from posctl.errors import ToolError

_BLANK = 0xFF


@dataclass(frozen=True)
class Proof:
    """What a scan of one partition found after it was erased."""

    partition: str
    size_bytes: int
    left_bytes: int  # that are not 0xFF


def decommission(state: statedir.StateDir, abandon: bool) -> list[Proof]:
    """Erase all partitions, keys first; ToolError when money is open, or when a byte stays."""
    with state.locked():
        if not abandon:
            _refuse_open_money(state)
        _erase(state)
        return _prove(state)


def _refuse_open_money(state: statedir.StateDir) -> None:
    view = flash_view.read(state)
    if view.error:
        raise ToolError(f"{state.flash}: {view.error} (--abandon erases it all the same)")
    deals = [deal for batch in view.batches if batch.state != "closed" for deal in batch.deals]
    if deals or view.pending or view.unresolved:
        raise ToolError(
            f"{state.path}: holds transactions that are not settled: settle first"
            " (--abandon erases them all the same)"
        )


def _erase(state: statedir.StateDir) -> None:
    firmware.enable()
    from pos.core.errors import PosError
    from pos.keystore import wipe

    device = flash_view.nor_module().NorFile(str(state.flash))
    try:
        for name, place in _places(device.size):
            erase = wipe.decommission if name == "keys" else wipe.erase
            erase(device.partition(*place))
    except PosError as error:
        raise ToolError(f"{state.flash}: {error}") from error
    finally:
        device.close()


def _places(flash_bytes: int) -> "list[tuple[str, tuple[int, int]]]":
    """Return the partitions of a flash; an older one ends before those that came later."""
    places = flash_view.PARTITIONS.items()
    return [(name, place) for name, place in places if sum(place) <= flash_bytes]


def _prove(state: statedir.StateDir) -> list[Proof]:
    image = state.flash.read_bytes()
    found = []
    for name, (offset, size) in _places(len(image)):
        left = size - image[offset : offset + size].count(_BLANK)
        found.append(Proof(name, size, left))
    if image.count(_BLANK) != len(image):
        raise ToolError(f"{state.flash}: not all of it is blank")
    return found
