# SPDX-License-Identifier: MIT
"""Options that several areas of `posctl` have."""

from pathlib import Path
from typing import Annotated, Optional

import typer

_DB_HELP = "The acquirer's database: a file, or postgresql://USER:PASSWORD@HOST/NAME."


def _place(text: str) -> object:
    from acquirer_sim import AcquirerError, database

    try:
        return database.place(text)
    except AcquirerError as error:
        raise typer.BadParameter(str(error)) from None


# Path or database.Url; as text neither has a password.
_OPTION = typer.Option("--db", parser=_place, metavar="FILE|URL", help=_DB_HELP)
Db = Annotated[Path, _OPTION]
MaybeDb = Annotated[Optional[Path], _OPTION]
