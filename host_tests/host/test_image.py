# SPDX-License-Identifier: MIT
"""Firmware images: reproducible, cached, mountable with their trailer, refused when damaged."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from posctl import image
from posctl.errors import ToolError
from posctl.mpy import Source, compile_file

MICROPYTHON = Path(sys.executable).with_name("micropython")

SOURCES = {
    "firmware/main.py": (
        "from board import NAME\n"
        "from pos.core import money\n"
        "def add(first_minor):\n"
        "    return money.add(first_minor, 2)\n"
    ),
    "firmware/pos/__init__.py": "",
    "firmware/pos/core/__init__.py": "",
    "firmware/pos/core/money.py": (
        "def add(first_minor, second_minor):\n"
        "    assert first_minor\n"
        "    return first_minor + second_minor\n"
    ),
    "firmware/pos/core/table.bin": "12345",
    "firmware/pos/core/notes.txt": "not shipped",
    "firmware/hal/__init__.py": "",
    "firmware/hal/led.py": "ON = 1\n",
    "boards/bench/__init__.py": "NAME = 'bench'\n",
    "boards/bench/README.md": "not shipped",
    "boards/bench/manifest.toml": 'march = "x64"\nexclude = ["hal/"]\n',
    "boards/chip/__init__.py": "NAME = 'chip'\n",
    "boards/chip/manifest.toml": 'march = "xtensawin"\nexclude = []\n',
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(image, "FIRMWARE", tmp_path / "firmware")
    monkeypatch.setattr(image, "BOARDS", tmp_path / "boards")
    monkeypatch.setattr(image, "BUILD", tmp_path / "build")
    return tmp_path


def test_layout_of_the_bench_image(tree):
    names = list(image.contents(image.load_board("bench")))
    assert names == [
        "board/__init__.mpy",
        "main.mpy",
        "pos/core/money.mpy",
        "pos/core/table.bin",
    ]


def test_a_chip_has_its_hal(tree):
    assert "hal/led.mpy" in image.contents(image.load_board("chip"))


def test_only_an_empty_init_is_left_out(tree):
    (tree / "firmware/pos/__init__.py").write_text("VERSION = 1\n")
    names = list(image.contents(image.load_board("bench")))
    assert [name for name in names if "__init__" in name] == [
        "board/__init__.mpy",
        "pos/__init__.mpy",
    ]


def test_same_sources_same_bytes(tree):
    first = image.build("bench", tree / "a.romfs")
    for path in (tree / "firmware").rglob("*"):
        path.touch()
    second = image.build("bench", tree / "b.romfs")
    assert first.path.read_bytes() == second.path.read_bytes()


def test_built_again_only_when_a_source_changed(tree):
    first = image.build("bench")
    stamp = first.path.stat().st_mtime_ns
    assert image.build("bench").path.stat().st_mtime_ns == stamp
    (tree / "firmware/pos/core/money.py").write_text("def add(a, b):\n    return b + a\n")
    changed = image.build("bench")
    assert changed.sha256 != first.sha256
    assert image.build("chip").board == "chip"


def test_a_damaged_image_is_built_again(tree):
    good = image.build("bench")
    good.path.write_bytes(good.path.read_bytes()[:-1])
    assert image.build("bench").sha256 == good.sha256


def test_many_builders_at_once(tree):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: image.build("bench").sha256, range(8)))
    assert len(set(made)) == 1
    assert [path.name for path in (tree / "build/bench").iterdir()] == ["espos.romfs"]


def test_micropython_mounts_it_with_the_trailer(tree):
    made = image.build("bench")
    program = (
        "import sys, vfs\n"
        f"vfs.mount(vfs.VfsRom(memoryview(open({str(made.path)!r}, 'rb').read())), '/rom')\n"
        "sys.path[:] = ['/rom', '.frozen']\n"
        "import main\n"
        "print(main.NAME, main.add(0), open('/rom/pos/core/table.bin').read())\n"
    )
    done = subprocess.run([MICROPYTHON, "-c", program], capture_output=True, text=True)
    assert done.stdout == "bench 2 12345\n", done.stderr


def damaged(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def test_every_truncation_and_every_flip_is_refused(tree):
    good = image.build("bench").path.read_bytes()
    path = tree / "bad.romfs"
    for at in range(0, len(good), 7):
        for bad in (good[:at], damaged(good, at)):
            path.write_bytes(bad)
            with pytest.raises(ToolError, match="bad.romfs: "):
                image.verify(path)


@pytest.mark.parametrize(
    ("make_bad", "text"),
    [
        (lambda good: good[: len(good) // 2], "truncated: "),
        (lambda good: good[:-1], "truncated: "),
        (lambda good: damaged(good, len(good) // 2), "damaged (SHA-256"),
        (lambda good: damaged(good, len(good) - 1), "damaged (SHA-256"),
        (lambda good: good + b"\0", "damaged (SHA-256"),
        (lambda good: b"\x7fELF" + good, "not a firmware image"),
        (lambda good: b"", "not a firmware image"),
    ],
)
def test_the_error_names_what_is_wrong(tree, make_bad, text):
    path = tree / "bad.romfs"
    path.write_bytes(make_bad(image.build("bench").path.read_bytes()))
    with pytest.raises(ToolError) as caught:
        image.verify(path)
    assert text in str(caught.value)


def test_unknown_board_and_missing_file(tree):
    with pytest.raises(ToolError, match="no board named toaster .there are: bench, chip"):
        image.build("toaster")
    with pytest.raises(ToolError, match="none.romfs: No such file"):
        image.verify(tree / "none.romfs")


def test_a_file_that_does_not_compile_is_named(tree):
    path = tree / "firmware/pos/core/bad.py"
    path.write_text("x = 1\ndef f(a, /):\n    pass\n")
    with pytest.raises(ToolError, match="bad.py: .*SyntaxError"):
        image.build("bench")


def test_tracebacks_name_the_module(tmp_path):
    path = tmp_path / "in.py"
    path.write_text("def f():\n    1 / 0\n")
    code = compile_file(Source("pos/core/some.py", path), "x64")
    assert b"some" in code
    assert b"pos" not in code and b".py" not in code


def test_parameters_cost_no_names_on_the_device(tree):
    money = image.contents(image.load_board("bench"))["pos/core/money.mpy"]
    assert b"money" in money and b"first_minor" not in money and b"add" not in money
    (tree / "firmware/main.py").write_text(
        "from pos.core import money\nmoney.add(first_minor=1)\n"
    )
    money = image.contents(image.load_board("bench"))["pos/core/money.mpy"]
    assert b"first_minor" in money and b"second_minor" not in money
