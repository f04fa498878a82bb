# SPDX-License-Identifier: MIT
"""`posctl deploy` onto a MicroPython behind a serial line: as files, for want of a ROMFS."""

import subprocess
import sys
from pathlib import Path

import pytest

from fakes.serial_board import SerialBoard
from posctl import deploy, image
from posctl.errors import ToolError

MICROPYTHON = Path(sys.executable).with_name("micropython")


@pytest.fixture
def small_tree(tmp_path, monkeypatch):
    """A firmware of three files for a board that has the unix port's architecture."""
    sources = {
        "firmware/boot.py": "import gc\n",
        "firmware/main.py": "from pos.core.greet import TEXT\nprint(TEXT)\n",
        "firmware/pos/core/greet.py": "TEXT = 'started'\n",
        "boards/bench/pins.bin": "\x01\x02",
        "boards/bench/manifest.toml": 'march = "x64"\nexclude = []\n',
        "boards/chip/manifest.toml": 'march = "xtensawin"\nexclude = []\n',
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(image, "FIRMWARE", tmp_path / "firmware")
    monkeypatch.setattr(image, "BOARDS", tmp_path / "boards")
    flash = tmp_path / "flash"
    flash.mkdir()
    return flash


def files_on(flash: Path) -> list[str]:
    return sorted(p.relative_to(flash).as_posix() for p in flash.rglob("*") if p.is_file())


def test_files_arrive_and_start(small_tree):
    (small_tree / "espos/old/deep").mkdir(parents=True)
    (small_tree / "espos/old/deep/gone.mpy").write_text("left by an older version")
    (small_tree / "profile.json").write_text("{}")
    with SerialBoard(small_tree, "4M") as board:
        target = deploy.deploy("bench", board.port, lambda step: None)
    assert not target.romfs
    assert files_on(small_tree) == [
        "espos/board/pins.bin",
        "espos/boot.mpy",
        "espos/main.mpy",
        "espos/pos/core/greet.mpy",
        "main.py",
        "profile.json",
    ]
    starter = (small_tree / "main.py").read_text()
    started = subprocess.run(
        [MICROPYTHON, "-c", starter.replace("/espos", "espos")],
        capture_output=True,
        cwd=small_tree,
    )
    assert started.stdout == b"started\n", started.stderr


def test_a_board_without_the_memory_is_refused_untouched(small_tree):
    (small_tree / "main.py").write_text("old")
    with SerialBoard(small_tree, "100K") as board:
        with pytest.raises(ToolError, match="no ROMFS and .* KB of heap"):
            deploy.deploy("bench", board.port, lambda step: None)
    assert files_on(small_tree) == ["main.py"]


def test_another_architecture_is_refused(small_tree):
    with SerialBoard(small_tree, "4M") as board:
        with pytest.raises(ToolError, match="architecture 2, chip is built as 6 for 10"):
            deploy.deploy("chip", board.port, lambda step: None)


def test_no_board(monkeypatch):
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [])
    with pytest.raises(ToolError, match="no board found on a USB serial port"):
        deploy.deploy("bench", "auto", lambda step: None)
    with pytest.raises(ToolError, match="/dev/nothing: no board there"):
        deploy.deploy("bench", "/dev/nothing", lambda step: None)
