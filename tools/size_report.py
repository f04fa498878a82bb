# SPDX-License-Identifier: MIT
"""`make size`: what the firmware takes, against the budgets of DESIGN.md section 7.

Measuring and printing are apart: `packages` and `images` measure, `main` prints and judges.
Exits 1 past a budget; there are none for times here.
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from posctl import image
from posctl.paths import BOARDS

IMAGE_BUDGET_BYTES = 512 * 1024
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
    """One budget and what is used of it."""

    what: str
    used_bytes: int
    budget_bytes: int

    @property
    def over(self) -> bool:
        """Whether the budget is broken."""
        return self.used_bytes > self.budget_bytes


def _print_budgets(console: Console, lines: list[Line]) -> None:
    table = Table(title="Budgets", title_justify="left")
    table.add_column("what")
    for heading in ("bytes", "budget", "used"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for line in lines:
        share = f"{100 * line.used_bytes / line.budget_bytes:.0f} %"
        verdict = "OVER" if line.over else "ok"
        row = (f"{line.used_bytes:,}", f"{line.budget_bytes:,}", share, verdict)
        table.add_row(line.what, *row, style="red" if line.over else "")
    console.print(table)


def main() -> int:
    """Print the tables; 1 when a budget is broken."""
    console = Console(width=_WIDTH)
    _print_packages(console, packages())
    budgets = [
        Line(f"image {row.board} ({row.files} files)", row.size_bytes, IMAGE_BUDGET_BYTES)
        for row in images()
    ]
    _print_budgets(console, budgets)
    return 1 if any(line.over for line in budgets) else 0


if __name__ == "__main__":
    sys.exit(main())
