# SPDX-License-Identifier: MIT
"""`posctl message`: messages of the UnionPay terminal dialect: decode, compare, replay."""

import json
from enum import Enum
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
