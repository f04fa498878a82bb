# SPDX-License-Identifier: MIT
"""Which source each board reads: proved by handing it another in its place."""

import importlib
import importlib.util
import os
import sys
import types

import pytest

from posctl import firmware
from posctl.paths import BOARDS, FIRMWARE

_NOT_FOUND = OSError(-4354)


@pytest.fixture(autouse=True)
def sources(monkeypatch):
    firmware.enable()
    monkeypatch.syspath_prepend(str(FIRMWARE))


@pytest.fixture
def urandom(monkeypatch) -> list:
    """Return what the platform's source gave, read by read."""
    given: list = []

    def read(length: int) -> bytes:
        given.append(bytes((len(given) * 31 + i) & 255 for i in range(length)))
        return given[-1]

    monkeypatch.setattr(os, "urandom", read)
    return given


class _Radio:
    """MicroPython's `network` module, as far as the source looks at it."""

    STA_IF = 0
    on = True

    def WLAN(self, interface: int) -> "_Radio":  # noqa: N802 - its name in `network`
        assert interface == self.STA_IF
        return self

    def active(self) -> bool:
        return self.on


class _Nvs:
    """The one blob of the NVS namespace."""

    blob: bytes = b""

    def NVS(self, namespace: str) -> "_Nvs":  # noqa: N802 - its name in `esp32`
        assert namespace == "espos"
        return self

    def get_blob(self, name: str, buffer: bytearray) -> int:
        if not self.blob:
            raise _NOT_FOUND
        buffer[:] = self.blob
        return len(self.blob)

    def set_blob(self, name: str, value: bytes) -> None:
        self.blob = bytes(value)

    def commit(self) -> None:
        pass


@pytest.fixture
def chip(monkeypatch) -> types.SimpleNamespace:
    """An ESP32 as hal/esp32/entropy.py and identity.py see it."""
    radio, nvs = _Radio(), _Nvs()
    monkeypatch.setitem(sys.modules, "network", radio)
    monkeypatch.setitem(sys.modules, "esp32", nvs)
    for name in ("hal.esp32.entropy", "hal.esp32.identity"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    entropy = importlib.import_module("hal.esp32.entropy")
    identity = importlib.import_module("hal.esp32.identity")
    yield types.SimpleNamespace(radio=radio, nvs=nvs, entropy=entropy, identity=identity)
    for name in ("hal.esp32.entropy", "hal.esp32.identity"):
        sys.modules.pop(name, None)


def test_bench_reads_the_host_s_source(monkeypatch, urandom) -> None:
    place = BOARDS / "bench"
    spec = importlib.util.spec_from_file_location(
        "board", place / "__init__.py", submodule_search_locations=[str(place)]
    )
    board = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "board", board)
    spec.loader.exec_module(board)
    made = board.BenchBoard("nowhere", "-", 0, False)
    assert made.random(16) == urandom[0]
    for name in [name for name in sys.modules if name.startswith("board.")]:
        monkeypatch.delitem(sys.modules, name)


def test_esp32_reads_the_hardware_generator(chip, urandom) -> None:
    assert chip.entropy.random(16) == urandom[0]


def test_esp32_device_key_is_made_from_it_once(chip, urandom) -> None:
    key = chip.identity.device_key()
    assert key == urandom[-1] == chip.nvs.blob and len(key) == 32
    reads = len(urandom)
    assert chip.identity.device_key() == key
    assert len(urandom) == reads


def test_esp32_refuses_while_the_radio_is_off(chip, urandom) -> None:
    chip.radio.on = False
    for call in (lambda: chip.entropy.random(16), chip.identity.device_key):
        with pytest.raises(Exception, match="random source is off"):
            call()
    assert urandom == [] and chip.nvs.blob == b""


def test_esp32_makes_no_device_key_from_a_stuck_source(chip, monkeypatch) -> None:
    monkeypatch.setattr(os, "urandom", bytes)
    with pytest.raises(Exception, match="random source"):
        chip.identity.device_key()
    assert chip.nvs.blob == b""
