# SPDX-License-Identifier: MIT
"""The `posctl` command: one sub-app an area, imported only when that area is asked for.

Exit codes: 0 done; a command may return or raise a code of its own (1 is its "no"); 2 bad usage,
a ToolError or a file that cannot be read, with one line on stderr; 130 interrupted.
"""

import sys
from importlib import import_module

import typer

from posctl.errors import ToolError

_USAGE = 2
_INTERRUPTED = 130

# area: the line `posctl --help` shows; the commands are `app` of posctl.cmd_<area>
_AREAS = {
    "acquirer": "The acquirer simulator: serve it, read its ledger, its test cards.",
    "demo": "A merchant's day on the bench, end to end.",
    "deploy": "Put the firmware on a board.",
    "image": "Build and verify firmware images.",
    "keys": "Key components, ceremonies, key blocks, what a terminal holds.",
    "ledger": "Read a terminal's flash.",
    "message": "Decode ISO 8583 messages.",
    "receipt": "Render slips to text and PNG.",
    "swipe": "Decode and synthesise card swipes.",
    "terminal": "Run the firmware on the bench board.",
}


def _build(area: str) -> typer.Typer:
    """Return the app; only `area` brings its commands, the others just their line of help."""
    app = typer.Typer(
        name="posctl",
        help="The host side of ESPOS: bench, acquirer simulator, keys, images.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for name, text in _AREAS.items():
        commands = import_module("posctl.cmd_" + name).app if name == area else typer.Typer()
        if commands.registered_callback and not commands.registered_commands:
            # an area of one command: `posctl demo`, not `posctl demo COMMAND`
            app.command(name, help=text)(commands.registered_callback.callback)
        else:
            app.add_typer(commands, name=name, help=text)
    return app


def _run(args: list[str]) -> int:
    area = next((arg for arg in args if not arg.startswith("-")), "")
    code = _build(area)(args or ["--help"], prog_name="posctl", standalone_mode=False)
    sys.stdout.flush()  # here, so that a closed pipe is met inside main's try
    return code if isinstance(code, int) else 0


def _fail(text: str) -> int:
    if text.startswith("Usage:"):  # a group without a command: its help is the answer
        print(text, file=sys.stderr)
    else:
        print("posctl: error: " + " ".join(text.split()), file=sys.stderr)
    return _USAGE


def _drop_output() -> None:
    """Close a stdout nobody reads, so that the interpreter does not complain about it at exit."""
    try:
        sys.stdout.close()
    except BrokenPipeError:
        pass  # the close itself is all that was wanted


def main(args: "list[str] | None" = None) -> int:
    """Run one command line and return its exit code."""
    try:
        return _run(sys.argv[1:] if args is None else args)
    except BrokenPipeError:
        _drop_output()
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (ToolError, typer.TyperException) as error:
        return _fail(error.format_message() if hasattr(error, "format_message") else str(error))
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except typer.Abort:
        return _INTERRUPTED  # a prompt was left with Ctrl-C or Ctrl-D


if __name__ == "__main__":
    sys.exit(main())
