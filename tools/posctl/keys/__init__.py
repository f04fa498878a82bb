# SPDX-License-Identifier: MIT
"""The keys of a bench terminal's state directory, through the firmware's own key store."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from posctl import firmware, flash_view, statedir
from posctl.errors import ToolError

_KEYS_PARTITION = (0, 16384)  # plan: state directory


def inject(state_dir: Path, key: bytearray) -> str:
    """Store the TMK and return its check value. The caller wipes `key`; working keys go."""
    state = statedir.open_state(state_dir)
    with state.locked(), _opened(state) as device:
        from pos.crypto.kcv import tdes_kcv
        from pos.keystore import wipe
        from pos.keystore.roles import TMK

        wipe.renew(device.partition(*_KEYS_PARTITION))  # after tamper
        _store(state, device).inject_tmk(key, tdes_kcv(key))
        return _store(state, device).kcv(TMK)  # as the terminal will find it


def check_values(state: statedir.StateDir) -> list[tuple[str, str]]:
    """Return (role, check value) of each key a terminal has; its flash is only read."""
    with _told(state):
        from pos.keystore.roles import NAMES

        store = _store(state, flash_view.in_memory(state.flash.read_bytes()))
        return [(NAMES[role], store.kcv(role)) for role in store.roles()]


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
    from pos.keystore.keystore import KeyStore
    from pos.store.slots import AtomicSlot

    slot = AtomicSlot(device.partition(*_KEYS_PARTITION))
    return KeyStore(slot, state.device_key, secrets.token_bytes)
