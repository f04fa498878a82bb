# SPDX-License-Identifier: MIT
"""The demo from an empty folder to the reconciliation: acquirer, terminal, day, three columns."""

import shutil
from collections.abc import Callable
from pathlib import Path

from posctl.bench import preflight
from posctl.bench.link import Sink
from posctl.bench.sinks import SlipFolder, tee
from posctl.demo import day
from posctl.demo.paper import read_paper
from posctl.demo.programs import AcquirerServer, posctl
from posctl.demo.reconcile import Report, reconcile
from posctl.errors import ToolError

_MARK = ".posctl-demo"

Tell = Callable[[str], None]


def run_demo(out: Path, live: Sink, tell: Tell) -> Report:
    """Run the demo in `out` and return its reconciliation."""
    clear(out)
    state, database, faults = out / "terminal", out / "acquirer.db", out / "faults.jsonl"
    day.write_faults(faults)
    tell("building the firmware image")
    image = preflight.bench_image(None)
    init = ["terminal", "init", "--state", str(state), "--db", str(database)]
    for name, value in day.SETTINGS.items():
        init += ["--set", f"{name}={value}"]
    made = posctl(*init)
    tell(f"terminal {made['terminal']}, master key injected, check value {made['tmk_kcv']}")
    cards = day.by_kind(posctl("acquirer", "cards", "--db", str(database))["cards"])
    with AcquirerServer(database, faults, out / "acquirer.jsonl") as acquirer:
        tell(f"acquirer at {acquirer.address}")
        with SlipFolder(out / "slips") as slips:
            day.Day(state, acquirer.address, image, cards, tee(live, slips), tell).run()
    tell("reconciliation: terminal ledger, acquirer ledger, paper")
    ledger = posctl("ledger", "show", "--state", str(state))
    booked = posctl("acquirer", "ledger", "--db", str(database))
    return reconcile(ledger, booked, read_paper(out / "slips"))


def clear(out: Path) -> None:
    """Make an empty folder of `out`; only what an earlier demo has left is deleted."""
    if out.exists() and not out.is_dir():
        raise ToolError(f"{out}: is not a folder")
    if (out / _MARK).exists():
        shutil.rmtree(out)
    elif out.exists() and any(out.iterdir()):
        raise ToolError(f"{out}: is not empty, and not from an earlier demo")
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / _MARK).write_text("made by posctl demo; the next demo deletes this folder\n")
    except OSError as error:
        raise ToolError(f"{out}: cannot be written: {error.strerror}") from error
