# SPDX-License-Identifier: MIT
"""Options that several `posctl keys` commands share."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
