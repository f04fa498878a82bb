# SPDX-License-Identifier: MIT
"""`posctl message`: decode ISO 8583 messages of the UnionPay terminal dialect."""

import json
from typing import Annotated

import typer

from posctl.errors import ToolError
from posctl.firmware import enable

app = typer.Typer(no_args_is_help=True, help="Decode ISO 8583 messages.")


@app.command()
def decode(
    source: Annotated[
        str,
        typer.Argument(
            metavar="HEX|FILE", help="hex digits, a file of hex lines or raw bytes, - for stdin"
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a message")] = False,
    clear: Annotated[
        bool, typer.Option("--clear", help="show card data, PIN block and keys too")
    ] = False,
) -> None:
    """Decode messages to the last byte; length, TPDU and header are recognised when there."""
    enable()
    from posctl.message.frame import split
    from posctl.message.show import as_json as to_json
    from posctl.message.show import as_text
    from posctl.message.source import read

    for place, raw in read(source):
        try:
            frame = split(raw)
        except ToolError as error:
            raise ToolError(f"{place}{error}") from error
        if as_json:
            print(json.dumps(to_json(frame, clear), ensure_ascii=False))
        else:
            print(as_text(frame, clear))
