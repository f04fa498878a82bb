# SPDX-License-Identifier: MIT
"""A bench terminal's state directory: profile.json, flash.bin and device.key.

The bench board stands on these three files as a real board stands on its parameters, its raw NOR
partitions and its device key (plan: bench link). What is missing or malformed is one ToolError.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from posctl import firmware
from posctl.errors import ToolError

FLASH_SIZE_BYTES = 573440  # keys, counter, journal, params, hotlist (flash_view.py)
_OLD_FLASH_SIZE_BYTES = 524288  # without the last two; the board adds them at power on
CA_MAX_BYTES = 4096  # what the firmware reads
_KEY_DIGITS = 64
_PROFILE = "profile.json"
_FLASH = "flash.bin"
_KEY = "device.key"
_CA = "ca.der"  # of a terminal with TLS
_PROFILE_MAX_BYTES = 65536
_ANY_TERMINAL = "00000000"
READERS = {"12": [1, 2], "23": [2, 3], "123": [1, 2, 3]}  # variants of stripe reader

BENCH_DEFAULTS = {
    "merchant": "898310054110001",
    "merchant_name": "测试便利店",
    "tpdu": "6000030000",
    "header": "603100311003",
    "lang": "zh",
    "algorithm": "tdes",
    "answer_timeout_s": 10,
    "connect_timeout_s": 5,
    "reversal_tries": 3,
}


@dataclass(frozen=True)
class StateDir:
    """An opened state directory; `profile` is what profile.json holds, already checked."""

    path: Path
    profile: dict

    @property
    def flash(self) -> Path:
        """The file that stands for the NOR flash."""
        return self.path / _FLASH

    @property
    def device_key(self) -> bytes:
        """The 32-byte key that stands for the one in a board's eFuse."""
        return bytes.fromhex((self.path / _KEY).read_text("ascii").strip())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the terminal for one run: two processes on one flash would tear it."""
        with open(self.path / _KEY, "rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ToolError(f"{self.path}: in use by another run") from error
            yield


def set_value(values: dict, setting: str) -> None:
    """Apply one NAME=VALUE to a profile, typed as the firmware's parameter of that name."""
    name, found, text = setting.partition("=")
    if not found:
        raise ToolError(f"--set {setting}: must be NAME=VALUE")
    known = _parameters(_checked({**values, "terminal": _ANY_TERMINAL}, "profile"))
    if name not in known:
        raise ToolError(f"--set {name}: no such parameter")
    values[name] = _typed(name, text, known[name])
    _checked({**values, "terminal": _ANY_TERMINAL}, "--set")


def _parameters(profile: object) -> dict:
    """Return every parameter of a profile by name."""
    from pos.core import options

    return {**vars(profile), **options.known(profile)}


def create(path: Path, values: dict, ca: bytes | None = None) -> StateDir:
    """Make a terminal with blank flash and a random device key; never touch one that is there.

    `ca` is the certificate, DER, that it pins.
    """
    profile = {**BENCH_DEFAULTS, **values}
    _checked(profile, "profile")
    check_free(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        _write(path / _KEY, (secrets.token_hex(_KEY_DIGITS // 2) + "\n").encode("ascii"))
        _write(path / _FLASH, b"\xff" * FLASH_SIZE_BYTES)
        if ca:
            _write(path / _CA, ca)
        text = json.dumps(profile, ensure_ascii=False, indent=2) + "\n"
        _write(path / _PROFILE, text.encode("utf-8"))
    except OSError as error:
        raise ToolError(f"{path}: cannot be made: {error.strerror}") from error
    return StateDir(path, profile)


def ca_der(path: Path) -> bytes:
    """Return a CA's certificate, PEM or DER, as a terminal takes it: DER."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    raw = _read(path)
    if len(raw) > _PROFILE_MAX_BYTES:
        raise ToolError(f"{path}: larger than {_PROFILE_MAX_BYTES} bytes")
    try:
        load = x509.load_pem_x509_certificate
        found = load(raw) if raw[:1] != b"\x30" else x509.load_der_x509_certificate(raw)
    except ValueError as error:
        raise ToolError(f"{path}: is not a certificate in PEM or DER") from error
    der = found.public_bytes(Encoding.DER)
    if len(der) > CA_MAX_BYTES:
        raise ToolError(f"{path}: certificate larger than {CA_MAX_BYTES} bytes")
    return der


def check_free(path: Path) -> None:
    """Refuse a folder that already holds a terminal, or any part of one."""
    held = [name for name in (_PROFILE, _FLASH, _KEY, _CA) if (path / name).exists()]
    if held:
        raise ToolError(f"{path}: already holds a terminal ({held[0]})")


def remove(path: Path) -> None:
    """Take back what `create` made, when the terminal cannot be finished."""
    for name in (_PROFILE, _FLASH, _KEY, _CA):
        (path / name).unlink(missing_ok=True)


def open_state(path: Path) -> StateDir:
    """Open and check a state directory."""
    if not path.is_dir():
        raise ToolError(f"{path}: no such state directory (make one with: posctl terminal init)")
    profile = _read_profile(path / _PROFILE)
    flash = path / _FLASH
    size = _stat_size(flash)
    if not _OLD_FLASH_SIZE_BYTES <= size <= FLASH_SIZE_BYTES:
        raise ToolError(f"{flash}: is {size} bytes, must be {FLASH_SIZE_BYTES}")
    digits = _read(path / _KEY).strip()
    if len(digits) != _KEY_DIGITS or not _is_hex(digits):
        raise ToolError(f"{path / _KEY}: must be {_KEY_DIGITS} hex digits")
    return StateDir(path, profile)


def _read_profile(path: Path) -> dict:
    raw = _read(path)
    if len(raw) > _PROFILE_MAX_BYTES:
        raise ToolError(f"{path}: larger than {_PROFILE_MAX_BYTES} bytes")
    try:
        values = json.loads(raw.decode("utf-8"))
    except ValueError as error:
        raise ToolError(f"{path}: is not JSON") from error
    if not isinstance(values, dict):
        raise ToolError(f"{path}: must be a JSON object")
    _checked(values, str(path))
    return values


def _checked(values: dict, where: str) -> object:
    firmware.enable()
    from pos.core.errors import ProfileError
    from pos.core.profile import Profile

    if values.get("tracks", [1, 2, 3]) not in READERS.values():
        raise ToolError(f"{where}: tracks must be [1, 2], [2, 3] or [1, 2, 3]")
    try:
        return Profile(values)
    except ProfileError as error:
        raise ToolError(f"{where}: {error}") from error


def _typed(name: str, text: str, like: object) -> object:
    if isinstance(like, bool):
        if text not in ("true", "false"):
            raise ToolError(f"--set {name}: must be true or false")
        return text == "true"
    if isinstance(like, int):
        if not text.isascii() or not text.isdigit():
            raise ToolError(f"--set {name}: must be a whole number")
        return int(text)
    return text


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ToolError(f"{path}: cannot be read: {error.strerror}") from error


def _stat_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise ToolError(f"{path}: cannot be read: {error.strerror}") from error


def _is_hex(digits: bytes) -> bool:
    return all(chr(digit) in "0123456789abcdefABCDEF" for digit in digits)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
