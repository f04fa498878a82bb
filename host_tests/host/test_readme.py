# SPDX-License-Identifier: MIT
"""The READMEs are true: their commands run as written and in order, what they name is there.

Every ```sh block of README.md is run in a copy of the tree, in one shell, as a reader would do it;
only the TCP port is another. A block is left out by a comment in the line above it, with a reason:
`<!-- not run by test_readme.py: REASON -->`.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from acquirer_sim import faults
from posctl.bench import verbs

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "README.md").read_text("utf-8")
LONG_OR_HARDWARE = ["make demo", "make test", "make flash"]
_BLOCK = re.compile(
    r"(?:<!-- not run by test_readme\.py: (?P<reason>\S[^\n]*) -->\n)?```sh\n(?P<code>.*?)```\n",
    re.S,
)
_PORT = "9001"
_LIMIT_S = 180
_BUILT = (".git", ".venv", "build", "demo-out", "__pycache__", "*.egg-info", ".*_cache")
_LEFT_OUT = shutil.ignore_patterns(*_BUILT, ".hypothesis")
# in halves, so that this file is not its own first finding
_HOSTS = ("pypi" + ".org", "python" + "hosted", "arti" + "factory", "index" + "-url")
_MACHINE_PATH = re.compile(r"(?<![\w.~$}*-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot")) + r")\b")


def _blocks() -> list[re.Match]:
    return list(_BLOCK.finditer(TEXT))


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def _copy(tree: Path) -> None:
    """Copy what git has; the environment is this one, ready."""
    shutil.copytree(ROOT, tree, ignore=_LEFT_OUT)
    venv = tree / ".venv"
    venv.mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name != ".ready":
            (venv / part.name).symlink_to(part)
    (venv / ".ready").touch()


def _run(program: str, tree: Path) -> tuple[int, str]:
    """Run a program in bash in the tree; leaves no process behind."""
    log = tree.parent / "log"
    env = {**os.environ, "PYTHONPATH": str(tree / "tools")}  # the copy's tools, not ours
    with log.open("wb") as out:
        shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", program],
            cwd=tree,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = shell.wait(_LIMIT_S)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            try:
                os.killpg(shell.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # nothing of it is left
            shell.wait()
    return code, log.read_text("utf-8")


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> str:
    """What the commands of README.md said, all of them in order."""
    tree = tmp_path_factory.mktemp("readme") / "espos"
    _copy(tree)
    codes = [block["code"] for block in _blocks() if not block["reason"]]
    code, output = _run("".join(codes).replace(_PORT, _free_port()), tree)
    assert code == 0, output[-3000:]
    return output


def test_what_is_not_run_is_long_or_needs_a_board():
    left_out = [block["code"].splitlines() for block in _blocks() if block["reason"]]
    commands = [line for lines in left_out for line in lines]
    assert [" ".join(line.split()[:2]) for line in commands] == LONG_OR_HARDWARE


def test_commands_run_as_written_and_show_what_the_text_says(said: str):
    at = 0
    for words in (
        "outcome.approved",
        "exit 99",
        "pending: 000001/",
        "reversed",
        "outcome.unknown",
        "settle.done",
        "balanced",
        "-> 0200",
        "requests, 0 answered otherwise",
        "accepted, direction reverse",
        "swipe.png: accepted",
        "track 2",
        "TMK",
        "espos.romfs: board esp32_devkit",
    ):
        found = said.find(words, at)
        assert found >= 0, f"{words!r} does not come"
        at = found


def test_no_card_number_is_shown_where_the_text_says_masked(said: str):
    masked = said.rsplit("accepted, direction reverse", 2)[1]
    assert "620000******7892" in masked
    assert "6200001234567892" not in masked


def test_tables_name_every_verb_and_fault():
    table = "\n".join(line for line in TEXT.splitlines() if line.startswith("|"))
    for verb in (*verbs.CHECKS, "card", "wait"):
        assert f'"do":"{verb}"' in table, verb
    assert '{"expect":' in table
    for fault in faults.NAMES:
        assert f"`{fault}`" in table, fault


def _readmes() -> list[Path]:
    folders = [ROOT / name for name in ("firmware", "boards", "tools", "host_tests")]
    return [ROOT / "README.md", *(path for folder in folders for path in folder.rglob("*.md"))]


def test_links_lead_somewhere_and_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for path in _readmes():
        text = path.read_text("utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)|src=\"([^\":]+)\"", text):
            assert (path.parent / "".join(link)).exists(), f"{path}: {link}"
        for target in re.findall(r"`make ([a-z-]+)", text):
            assert target in targets, f"{path}: make {target}"


def _committed() -> list[Path]:
    folders = [ROOT / name for name in (".ci", "firmware", "boards", "tools", "host_tests")]
    files = [path for folder in folders for path in folder.rglob("*")]
    files += [path for path in ROOT.iterdir() if path.name != ".gitignore"]
    made = {"__pycache__", "espos.egg-info"}
    return [path for path in files if path.is_file() and not made & set(path.parts)]


def test_no_file_names_a_machine_or_a_registry():
    for path in _committed():
        text = path.read_bytes().decode("utf-8", "replace")
        named = [host for host in _HOSTS if host in text] + _MACHINE_PATH.findall(text)
        assert not named, f"{path}: {named}"
