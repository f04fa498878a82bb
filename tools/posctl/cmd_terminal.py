# SPDX-License-Identifier: MIT
"""`posctl terminal`: make a bench terminal, run it with a script, list its screens."""

import json
import sys
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console

from posctl import statedir
from posctl.bench import preflight
from posctl.bench.command import HEAP_BYTES, HEAP_MIN_BYTES, Boot, command
from posctl.bench.errors import EXIT_CUT, LineError
from posctl.bench.link import Sink
from posctl.bench.run import Ending, ScriptInput, run
from posctl.bench.script import Step, read_script
from posctl.bench.signals import terminated_as_interrupt
from posctl.bench.sinks import JsonLines, SlipFolder, View, tee
from posctl.errors import ToolError
from posctl.options import Db

app = typer.Typer()

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_State = Annotated[Path, typer.Option(help="The terminal's state directory.")]


class Runtime(str, Enum):
    """What the firmware runs on."""

    MICROPYTHON = "micropython"
    CPYTHON = "cpython"


class Algorithm(str, Enum):
    """Family of the terminal's keys."""

    TDES = "tdes"
    SM4 = "sm4"


class MakBytes(str, Enum):
    """Length of a TDES MAK."""

    SINGLE = "8"
    DOUBLE = "16"


class Lang(str, Enum):
    """Language of screens and slips."""

    ZH = "zh"
    EN = "en"


class Tracks(str, Enum):
    """Variant of stripe reader."""

    ONE_TWO = "12"
    TWO_THREE = "23"
    ALL = "123"


@app.command("init")
def init(
    state: _State,
    db: Db,
    terminal: Annotated[
        Optional[str], typer.Option(help="Terminal number; default: the acquirer's next free.")
    ] = None,
    algorithm: Annotated[
        Algorithm,
        typer.Option(help="Family of the keys; --set key_length=... says which sign-on."),
    ] = Algorithm.TDES,
    mak_bytes: Annotated[
        MakBytes, typer.Option(help="What MAK the acquirer gives with key_length 003 and 004.")
    ] = MakBytes.SINGLE,
    lang: Annotated[Lang, typer.Option()] = Lang.ZH,
    tracks: Annotated[
        Tracks, typer.Option(help="What the stripe reader of this terminal reads.")
    ] = Tracks.ALL,
    settings: Annotated[
        Optional[list[str]], typer.Option("--set", help="NAME=VALUE of the profile, repeatable.")
    ] = None,
    as_json: _Json = False,
    tls_ca: Annotated[
        Optional[Path], typer.Option(help="CA certificate, PEM or DER: TLS, with this CA only.")
    ] = None,
    tls_name: Annotated[
        Optional[str], typer.Option(help="Server name to verify; default: the host's.")
    ] = None,
) -> None:
    """Make a bench terminal: profile, blank flash, TMK in it and in the acquirer's database."""
    from posctl.bench.make import make_terminal

    values = {**statedir.BENCH_DEFAULTS, "algorithm": algorithm.value, "lang": lang.value}
    if tracks is not Tracks.ALL:
        values["tracks"] = statedir.READERS[tracks.value]
    for setting in settings or ():
        statedir.set_value(values, setting)
    if tls_name and not tls_ca:
        raise ToolError("--tls-name needs --tls-ca")
    ca = statedir.ca_der(tls_ca) if tls_ca else None
    if ca:
        values.update(tls=True, tls_name=tls_name or "")
    made = make_terminal(state, db, terminal, values, int(mak_bytes.value), ca)
    if as_json:
        print(json.dumps(made, ensure_ascii=False))
    else:
        print(f"{made['state']}: terminal {made['terminal']}, TMK check value {made['tmk_kcv']}")


@app.command("run")
def run_command(
    script: Annotated[str, typer.Argument(help="JSON lines; - reads them from stdin.")],
    acquirer: Annotated[
        str, typer.Option(help="HOST:PORT[,HOST:PORT of a backup], or - for none.")
    ],
    state: _State,
    runtime: Annotated[Runtime, typer.Option()] = Runtime.MICROPYTHON,
    heap: Annotated[
        Optional[int], typer.Option(help="Heap in bytes; default: 135 KB and the image's size.")
    ] = None,
    cut_at: Annotated[
        Optional[int], typer.Option(min=1, help="Cut power at this flash operation (exit 99).")
    ] = None,
    torn: Annotated[bool, typer.Option("--torn", help="Leave half an operation.")] = False,
    out: Annotated[Optional[Path], typer.Option(help="Save slips and events here.")] = None,
    image: Annotated[Optional[Path], typer.Option(help="Another firmware image.")] = None,
    as_json: _Json = False,
) -> None:
    """Boot the firmware on the bench board and play a script."""
    if torn and cut_at is None:
        raise ToolError("--torn needs --cut-at")
    opened = statedir.open_state(state)
    steps = _script(script)
    romfs = preflight.bench_image(image) if runtime is Runtime.MICROPYTHON or image else None
    preflight.check_acquirer(acquirer)
    boot = Boot(state, acquirer, runtime.value, romfs, _heap_bytes(heap, romfs), cut_at or 0, torn)
    with ExitStack() as stack:
        stack.enter_context(opened.locked())
        stack.enter_context(terminated_as_interrupt())
        sink = _sink(as_json)
        saved = stack.enter_context(SlipFolder(out)) if out else None
        ending = run(command(boot), steps, tee(sink, saved) if saved else sink)
    if not as_json:
        sink(ending.event())
    _tell(ending, sink if as_json else None)
    raise typer.Exit(ending.exit)


def _script(name: str) -> list[Step] | ScriptInput:
    screens = preflight.screen_ids()
    if name == "-":
        return ScriptInput(sys.stdin.fileno(), screens)
    try:
        return read_script(Path(name), screens)
    except LineError as error:
        raise ToolError(f"{name}: {error}") from error


def _heap_bytes(asked: int | None, romfs: Path | None) -> int:
    if asked is None:
        return HEAP_BYTES + (romfs.stat().st_size if romfs else 0)
    least = HEAP_MIN_BYTES + (romfs.stat().st_size if romfs else 0)
    if asked < least:
        raise ToolError(f"--heap {asked}: at least {least} bytes, the image is in it")
    return asked


def _sink(as_json: bool) -> Sink:
    return JsonLines(sys.stdout) if as_json else View(Console(highlight=False))


def _tell(ending: Ending, json_sink: Sink | None) -> None:
    if json_sink is not None:
        if ending.error:
            json_sink({"ev": "error", "line": ending.line, "error": ending.error})
        json_sink(ending.event())
    for text in ending.noise:
        print("  " + text, file=sys.stderr)
    if ending.error:
        print("posctl: error: " + ending.error, file=sys.stderr)
    elif json_sink is None and ending.exit == EXIT_CUT:
        print(f"power cut at flash operation {ending.flash_ops}")
    elif json_sink is None:
        print(f"ended after {ending.flash_ops} flash operations, heap peak {ending.heap_peak}")


@app.command("screens")
def screens(
    lang: Annotated[Lang, typer.Option(help="Language of the screens' titles.")] = Lang.EN,
    as_json: _Json = False,
) -> None:
    """List the screen ids that scripts can wait for, with the keys each takes."""
    table = preflight.screen_table()
    from pos.ui.strings import text

    listed = [
        {"id": name, "keys": keys.split(), "title": text(lang.value, name), "what": what}
        for name, keys, what in table
    ]
    if as_json:
        print(json.dumps({"screens": listed}, ensure_ascii=False))
        return
    for screen in listed:
        print(f"{screen['id']:<18}{' '.join(screen['keys']):<32}{screen['what']}")
