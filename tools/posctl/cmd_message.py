# SPDX-License-Identifier: MIT
"""`posctl message`: messages of the UnionPay terminal dialect: decode, compare, replay."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from posctl.errors import ToolError
from posctl.firmware import enable

app = typer.Typer(no_args_is_help=True, help="Decode, compare, capture and replay messages.")


class Lang(str, Enum):
    """The language that comes first, and that sub-fields are explained in."""

    EN = "en"
    ZH = "zh"


_Source = Annotated[
    str,
    typer.Argument(
        metavar="HEX|FILE", help="hex digits, a file of hex lines or raw bytes, - for stdin"
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="print JSON")]
_Clear = Annotated[bool, typer.Option("--clear", help="show card data, PIN block and keys too")]


def _frame(place: str, raw: bytes) -> object:
    from posctl.message.frame import split

    try:
        return split(raw)
    except ToolError as error:
        raise ToolError(f"{place}{error}") from error


@app.command()
def decode(
    source: _Source,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a message")] = False,
    clear: _Clear = False,
    lang: Annotated[
        Lang,
        typer.Option(help="language of names; adds `explained` to JSON", show_default="en"),
    ] = None,
) -> None:
    """Decode messages to the last byte; length, TPDU and header are recognised when there."""
    enable()
    from posctl.message.show import as_json as to_json
    from posctl.message.show import as_text
    from posctl.message.source import read

    for place, raw in read(source):
        frame = _frame(place, raw)
        if as_json:
            print(json.dumps(to_json(frame, clear, lang and lang.value), ensure_ascii=False))
        else:
            print(as_text(frame, clear, (lang or Lang.EN).value))


@app.command()
def diff(
    a: _Source,
    b: _Source,
    as_json: _Json = False,
    clear: _Clear = False,
    lang: Annotated[Lang, typer.Option(help="language of names")] = Lang.EN,
) -> int:
    """Compare two messages field by field; exit code 0 equal, 1 different."""
    enable()
    from posctl.message import diff as compare

    found = compare.differences(_one(a, "A"), _one(b, "B"), clear)
    if as_json:
        print(json.dumps(compare.as_json(found, lang.value), ensure_ascii=False))
    else:
        print(compare.as_text(found, lang.value))
    return 1 if found else 0


def _one(source: str, name: str) -> object:
    """Return the frame of a source that has one message only."""
    from posctl.message.source import read

    try:
        listed = list(read(source))
    except ToolError as error:
        raise ToolError(f"{name}: {error}") from error
    if len(listed) != 1:
        raise ToolError(f"{name}: {len(listed)} messages, one is compared")
    return _frame(f"{name}: ", listed[0][1])


@app.command()
def capture(
    listen: Annotated[int, typer.Option(help="TCP port on 127.0.0.1; 0 picks a free one")],
    acquirer: Annotated[str, typer.Option(help="HOST:PORT of the acquirer")],
    out: Annotated[Path, typer.Option(help="capture file to write")],
    as_json: Annotated[bool, typer.Option("--json", help="the log is JSON in any case")] = True,
) -> None:
    """Stand between terminals and an acquirer and write what they say, masked, until Ctrl-C."""
    from posctl.message.proxy import run

    def emit(record: dict) -> None:
        print(json.dumps(record), flush=True)

    run(listen, _address(acquirer), out, emit)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="capture file")],
    as_json: _Json = False,
    lang: Annotated[Lang, typer.Option(help="language of names")] = Lang.EN,
) -> None:
    """Print a capture: time, connection, direction, and every field that it holds."""
    from posctl.message.capture import as_text, load

    for entry in load(file):
        print(json.dumps(entry, ensure_ascii=False) if as_json else as_text(entry, lang.value))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="capture file")],
    acquirer: Annotated[str, typer.Option(help="HOST:PORT of a running simulator")],
    db: Annotated[str, typer.Option(help="the simulator's database: keys and test cards")],
    terminal: Annotated[
        str, typer.Option(help="registered terminal to use", show_default="the captured one")
    ] = None,
    timeout_s: Annotated[float, typer.Option(min=0.1, help="how long an answer may take")] = 5.0,
    as_json: _Json = False,
    lang: Annotated[Lang, typer.Option(help="language of names")] = Lang.EN,
) -> int:
    """Send a capture's requests again, compare the answers; exit code 0 the same, 1 different."""
    from posctl.message import capture, replay
    from posctl.message.rebuild import Books

    exchanges = capture.exchanges(capture.load(file))
    asked = (one.request.get("fields", {}).get("41") for one in exchanges)
    books = Books(db, terminal or next(filter(None, asked), None))
    try:
        done = list(replay.Replay(exchanges, books, _address(acquirer), timeout_s).run())
    finally:
        books.close()
    if as_json:
        print(json.dumps(replay.as_json(done), ensure_ascii=False))
    else:
        print(replay.as_text(done, lang.value))
    return 1 if any(one.differences for one in done) else 0


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise ToolError(f"--acquirer {text}: must be HOST:PORT")
    return host, int(port)
