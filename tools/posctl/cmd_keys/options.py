# SPDX-License-Identifier: MIT
"""Options that several `posctl keys` commands share."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
State = Annotated[Path, typer.Option("--state", help="The terminal's state directory.")]
MaybeState = Annotated[
    Optional[Path], typer.Option("--state", help="The terminal's state directory.")
]
Terminal = Annotated[str, typer.Option("--terminal", help="Terminal number.")]
MaybeTerminal = Annotated[Optional[str], typer.Option("--terminal", help="Terminal number.")]
Kcv = Annotated[
    Optional[str],
    typer.Option("--kcv", help="The key's check value, 6 digits or more: must match."),
]
Length = Annotated[
    Optional[int], typer.Option("--length", help="Bytes; default: the usual of the algorithm.")
]


class Algorithm(str, Enum):
    """What a key is for."""

    TDES = "tdes"
    SM4 = "sm4"
    AES = "aes"


class Role(str, Enum):
    """Keys of which people carry components."""

    TMK = "tmk"
    KBPK = "kbpk"
