# SPDX-License-Identifier: MIT
"""A PostgreSQL server of the tests' own, on loopback with a password, gone when they end.

The binaries are those of the PyPI package pgserver, else the system's (Debian: postgresql). A
server refuses to run as root, so root runs it as `nobody`. CPython only.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

PASSWORD = "s3cr/t pw"  # must be quoted in a URL
_URL_PASSWORD = "s3cr%2Ft%20pw"
_USER = "acquirer"
_START_S = 20
_BIN = Path("pgserver/pginstall/bin")
# what answers is durable against a killed acquirer, which is what the tests kill
_SETTINGS = ("fsync=off", "full_page_writes=off", "shared_buffers=16MB", "logging_collector=off")


class Missing(Exception):
    """There is no PostgreSQL here that could be started."""


def _wheel() -> "Path | None":
    """Return the folder that pgserver is installed in."""
    found = find_spec("pgserver")
    return Path(found.origin).parents[1] if found and found.origin else None


def _folders() -> "Iterator[Path]":
    """Give the folders that may have initdb and postgres, the best first."""
    if _wheel():
        yield _wheel() / _BIN
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if shutil.which("initdb"):
        yield Path(shutil.which("initdb")).resolve().parent


def _user() -> "str | None":
    return "nobody" if os.geteuid() == 0 else None


def _run(words: "list[str]") -> bool:
    try:
        done = subprocess.run(words, user=_user(), capture_output=True, check=False)
    except OSError:  # not there, or in a folder that `nobody` may not enter
        return False
    return done.returncode == 0


def _runs(folder: Path) -> bool:
    return _run([str(folder / "initdb"), "--version"])


def _binaries(spare: Path) -> Path:
    """Return a folder of binaries that can be run; `spare` is where a copy may be made."""
    for folder in _folders():
        if _runs(folder):
            return folder
    if _wheel():  # in a folder that `nobody` may not enter
        for name in ("pgserver", "pgserver.libs"):
            if (_wheel() / name).exists():
                shutil.copytree(_wheel() / name, spare / name)
        if _runs(spare / _BIN):
            return spare / _BIN
    raise Missing("no PostgreSQL to test with: pip install pgserver, or apt install postgresql")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running() -> "Iterator[str]":
    """Run a server; gives the URL of its empty database. Missing when there is none to run."""
    with tempfile.TemporaryDirectory(prefix="espos-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # `nobody` has to enter
        binaries = _binaries(folder / "copy")
        _make(binaries, folder)
        port = _free_port()
        process = _start(binaries, folder, port)
        try:
            url = f"postgresql://{_USER}:{_URL_PASSWORD}@127.0.0.1:{port}/postgres"
            _wait(process, url)
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # "fast": open connections are cut
            process.wait()


def _make(binaries: Path, folder: Path) -> None:
    secret = folder / "secret"
    secret.write_text(PASSWORD + "\n", "ascii")
    if _user():
        shutil.chown(folder, _user())
        shutil.chown(secret, _user())
    words = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", _USER, "--no-sync"]
    words += ["--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C"]
    if not _run(words):
        raise Missing(f"{binaries / 'initdb'}: cannot make a database here")


def _start(binaries: Path, folder: Path, port: int) -> subprocess.Popen:
    words = [str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    words += ["-h", "127.0.0.1", "-k", str(folder)]
    for setting in _SETTINGS:
        words += ["-c", setting]
    log = open(folder / "log", "wb")
    with log:
        return subprocess.Popen(words, user=_user(), stdout=log, stderr=log)


def _wait(process: subprocess.Popen, url: str) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise Missing("PostgreSQL does not start here") from None
            time.sleep(0.05)
