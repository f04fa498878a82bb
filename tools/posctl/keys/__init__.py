# SPDX-License-Identifier: MIT
"""The keys of a bench terminal's state directory, through the firmware's own key store."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from posctl import firmware, flash_view, statedir
from posctl.errors import ToolError

_KEYS_PARTITION = (0, 16384)  # plan: state directory
_ALGORITHMS = ("", "tdes", "sm4", "aes")  # by their numbers in the store


def inject(state_dir: Path, key: bytearray, algorithm: str | None = None) -> str:
    """Store the TMK and return its check value. The caller wipes `key`; working keys go.

    The key is one of the family that the terminal's profile names, `algorithm` if it is given.
    """
    state = statedir.open_state(state_dir)
    algorithm = algorithm or state.profile["algorithm"]
    check_family(state, algorithm)
    with state.locked(), _opened(state) as device:
        from pos.keystore.checks import check_value
        from pos.keystore.roles import TMK

        number = _ALGORITHMS.index(algorithm)
        _store(state, device).inject_tmk(key, check_value(number, key), number)
        return _found(state, device, TMK)


def inject_kbpk(state_dir: Path, key: bytearray, algorithm: str) -> str:
    """Store the KBPK and return its check value. The caller wipes `key`; the other keys stay."""
    state = statedir.open_state(state_dir)
    with state.locked(), _opened(state) as device:
        from pos.keystore import blocks, checks
        from pos.keystore.roles import KBPK

        number = _ALGORITHMS.index(algorithm)
        blocks.inject_kbpk(_store(state, device), number, key, checks.check_value(number, key))
        return _found(state, device, KBPK)


def load_block(state_dir: Path, block: bytes) -> str:
    """Store the TMK in a key block and return its check value; working keys go."""
    state = statedir.open_state(state_dir)
    with state.locked(), _opened(state) as device:
        from pos.keystore import blocks
        from pos.keystore.roles import TMK

        family = _ALGORITHMS.index(state.profile["algorithm"])
        blocks.load_block(_store(state, device), block, (family,))
        return _found(state, device, TMK)


def check_family(state: statedir.StateDir, algorithm: str) -> None:
    """Refuse a TMK of another family than the terminal's."""
    family = state.profile["algorithm"]
    if algorithm != family:
        raise ToolError(f"{state.path}: this terminal works with {family}, not {algorithm}")


def inventory(state: statedir.StateDir) -> list[dict]:
    """Return role, algorithm, bytes and kcv of each key a terminal has; its flash is only read."""
    with _told(state):
        from pos.keystore import checks
        from pos.keystore.roles import NAMES

        store = _store(state, flash_view.in_memory(state.flash.read_bytes()))
        return [
            {
                "role": NAMES[role],
                "algorithm": _ALGORITHMS[algorithm],
                "bytes": length,
                "kcv": value.hex().upper(),
            }
            for role, algorithm, length, value in checks.inventory(store)
        ]


def check_values(state: statedir.StateDir) -> list[tuple[str, str]]:
    """Return (role, check value) of each key a terminal has; its flash is only read."""
    return [(key["role"], key["kcv"]) for key in inventory(state)]


def _found(state: statedir.StateDir, device: object, role: int) -> str:
    """Return the check value of a key as the terminal will find it."""
    from pos.keystore import checks

    for held, _, _, value in checks.inventory(_store(state, device)):
        if held == role:
            return value.hex().upper()
    raise ToolError(f"{state.flash}: the key is not there after it was stored")


@contextmanager
def _opened(state: statedir.StateDir) -> Iterator[object]:
    with _told(state):
        device = flash_view.nor_module().NorFile(str(state.flash))
        try:
            yield device
        finally:
            device.close()


@contextmanager
def _told(state: statedir.StateDir) -> Iterator[None]:
    """Turn the firmware's errors into the tool's one line."""
    firmware.enable()
    from pos.core.errors import PosError

    try:
        yield
    except PosError as error:
        raise ToolError(f"{state.flash}: {error}") from error


def _store(state: statedir.StateDir, device: object) -> object:
    from pos.keystore import wipe
    from pos.keystore.keystore import KeyStore
    from pos.store.slots import AtomicSlot

    flash = device.partition(*_KEYS_PARTITION)
    slot = wipe.Renewed(flash) if wipe.marked(flash) else AtomicSlot(flash)
    return KeyStore(slot, state.device_key, secrets.token_bytes)
