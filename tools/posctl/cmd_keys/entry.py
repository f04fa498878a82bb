# SPDX-License-Identifier: MIT
"""How components come in: from options, typed unseen, or from a pipe, one a line."""

import sys

import typer

from posctl.errors import ToolError
from posctl.keys import parts

_PIPE_MAX_CHARS = 4096


def is_piped() -> bool:
    """Whether nobody sits at the keyboard."""
    return not sys.stdin.isatty()


def lines() -> list[str]:
    """Return the lines of a pipe that hold something."""
    return [line for line in sys.stdin.read(_PIPE_MAX_CHARS).splitlines() if line.strip()]


def next_line() -> str:
    """Return the next line of a pipe without its blanks, "" at its end."""
    return sys.stdin.readline(_PIPE_MAX_CHARS).strip()


def take(given: list[str] | None, typed: list[bytearray], length: int) -> None:
    """Append two or three components to `typed`, for the caller to wipe."""
    if given:
        for number, text in enumerate(given, 1):
            typed.append(parts.parse(text, f"--component {number}", length))
    elif is_piped():
        take_pipe(typed, length, "no --component, and none on stdin")
    else:
        for number in (1, 2, 3):
            text = ask(number, optional=number == 3)
            if text:
                typed.append(parts.parse(text, f"component {number}", length))


def take_pipe(typed: list[bytearray], length: int, empty: str) -> None:
    """Append the components of a pipe to `typed`."""
    found = lines()
    for number, text in enumerate(found, 1):
        typed.append(parts.parse(text, f"component {number}", length))
    if not found:
        raise ToolError(empty)


def ask(number: int, optional: bool = False) -> str:
    """Have somebody type a component unseen; an optional one may be left out."""
    hint = ", ENTER when there are two" if optional else ""
    return typer.prompt(
        f"Component {number} (not shown{hint})",
        default="" if optional else None,
        hide_input=True,
        show_default=False,
        err=True,
    )


def tell(text: str) -> None:
    """Say something to the people at the keyboard; stdout is for the result."""
    typer.echo(text, err=True)


def sure(question: str) -> bool:
    """Ask yes or no; no is the default."""
    return typer.confirm(question, default=False, err=True)
