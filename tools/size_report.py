# SPDX-License-Identifier: MIT
"""`make size`: what the firmware takes, against the budgets of DESIGN.md section 7.

Measuring and printing are apart: `packages`, `images` and size_heap measure, `main` prints and
judges. Exits 1 past a budget, 2 when the bench terminal does not get through its day at all.
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

import size_heap
from posctl import image
from posctl.errors import ToolError
from posctl.paths import BOARDS

IMAGE_BUDGET_BYTES = 512 * 1024
# on the bench; an ESP32 has 52 KB and 90 KB, x 1.5 for 64-bit words
IDLE_BUDGET_BYTES = 78 * 1024
HEAP_BUDGET_BYTES = 135 * 1024
# With some 1,260 names the pool doubles: 14 KB in one piece on the bench. Not bytes.
NAMES_BUDGET = 1240
NAMES_NEAR = 1150
_WIDTH = 100
_CODE_BOARD = "esp32_devkit"  # whose bytecode the module table counts: it has every package


class Package(NamedTuple):
    """One package of the image: its size, and its largest file."""

    name: str
    files: int
    lines: int
    data_bytes: int
    largest: str
    largest_bytes: int


class ImageSize(NamedTuple):
    """One board's image."""

    board: str
    files: int
    size_bytes: int


def _package_of(name: str) -> str:
    """Return `pos/card` for pos/card/flux.mpy, `pos` for pos/app.mpy, `.` for main.mpy."""
    parts = name.split("/")[:-1]
    return "/".join(parts[:2]) or "."


def packages(board_name: str = _CODE_BOARD) -> list[Package]:
    """Measure every package of a board's image."""
    board = image.load_board(board_name)
    data = image.contents(board)
    lines = {}
    for source in image.sources(board):
        if source.path.suffix == ".py":
            text = source.path.read_bytes()
            lines[source.name[:-3] + ".mpy"] = text.count(b"\n")
    groups: dict[str, list[str]] = {}
    for name in data:
        groups.setdefault(_package_of(name), []).append(name)
    return [_measure(group, names, data, lines) for group, names in sorted(groups.items())]


def _measure(group: str, names: list[str], data: dict, lines: dict) -> Package:
    largest = max(names, key=lambda name: len(data[name]))
    return Package(
        group,
        len(names),
        sum(lines.get(name, 0) for name in names),
        sum(len(data[name]) for name in names),
        largest.rsplit("/", 1)[-1],
        len(data[largest]),
    )


def images() -> Iterator[ImageSize]:
    """Build and measure the image of every board."""
    for manifest in sorted(BOARDS.glob("*/manifest.toml")):
        name = manifest.parent.name
        files = len(image.sources(image.load_board(name)))
        yield ImageSize(name, files, image.build(name).size)


def _print_packages(console: Console, rows: list[Package]) -> None:
    table = Table(title=f"Code of {_CODE_BOARD}", title_justify="left")
    table.add_column("package")
    for heading in ("files", "lines", "bytes"):
        table.add_column(heading, justify="right")
    table.add_column("largest file")
    for row in rows:
        largest = f"{row.largest} {row.largest_bytes:,}"
        figures = (f"{n:,}" for n in (row.files, row.lines, row.data_bytes))
        table.add_row(row.name, *figures, largest)
    totals = (sum(column) for column in zip(*(row[1:4] for row in rows), strict=True))
    table.add_row("all", *(f"{n:,}" for n in totals), "", style="bold")
    console.print(table)


class Line(NamedTuple):
    """One figure, and its budget if it has one (0: none)."""

    what: str
    used_bytes: int
    budget_bytes: int = 0
    near_bytes: int = 0  # worth a look from here on

    @property
    def over(self) -> bool:
        """Whether the budget is broken."""
        return 0 < self.budget_bytes < self.used_bytes

    def cells(self) -> tuple:
        """Return the row as text."""
        if not self.budget_bytes:
            return self.what, f"{self.used_bytes:,}", "", "", ""
        share = f"{100 * self.used_bytes / self.budget_bytes:.0f} %"
        near = 0 < self.near_bytes < self.used_bytes
        verdict = "OVER" if self.over else "near" if near else "ok"
        return self.what, f"{self.used_bytes:,}", f"{self.budget_bytes:,}", share, verdict


def _image_lines() -> list[Line]:
    return [
        Line(f"image {row.board} ({row.files} files)", row.size_bytes, IMAGE_BUDGET_BYTES)
        for row in images()
    ]


def _heap_lines(heap: size_heap.Heap) -> list[Line]:
    return [
        Line("bench heap alive at idle, signed on", heap.idle_live, IDLE_BUDGET_BYTES),
        Line("bench heap alive during a sale", heap.sale_live),
        Line("bench heap alive during a day with a reversal", heap.day_live),
        Line("smallest bench heap for all of it", heap.smallest, HEAP_BUDGET_BYTES),
        Line("names interned by then (a count)", heap.names, NAMES_BUDGET, NAMES_NEAR),
    ]


def _print_lines(console: Console, lines: list[Line]) -> None:
    table = Table(title="Budgets (heap: beside the image)", title_justify="left")
    table.add_column("what")
    for heading in ("bytes", "budget", "used"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for line in lines:
        table.add_row(*line.cells(), style="red" if line.over else "")
    console.print(table)


def main() -> int:
    """Print the tables; 1 when a budget is broken."""
    console = Console(width=_WIDTH)
    try:
        _print_packages(console, packages())
        lines = _image_lines()
        lines += _heap_lines(size_heap.measure())
    except ToolError as error:
        print(f"size_report: error: {error}", file=sys.stderr)
        return 2
    _print_lines(console, lines)
    return 1 if any(line.over for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
