# SPDX-License-Identifier: MIT
"""`make bench`: prints what our hot paths take on both runtimes, a peer, and an ESP32 estimate.

The estimate is the unix port's time x 65 (feasibility.md section 4, 160 MHz) and is too kind where
bytecode works with integers from 2**30 up. Figures only: nothing here fails on a time.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from acquirer_sim import spec
from bench import peers
from posctl.paths import FIRMWARE, STUBS
from posctl.swipe.synth import card_flux

ESP32_FACTOR = 65
_OURS = Path(__file__).with_name("ours.py")
_FIELDS = {  # a sale, without the fields that are random anyway (F52, F64)
    2: "6222020000000123",
    3: "000000",
    4: "000000012850",
    11: "000123",
    14: "3012",
    22: "021",
    25: "00",
    26: "06",
    35: "6222020000000123D30122200000012300000",
    41: "12345678",
    42: "898100000000001",
    49: "156",
    53: "2600000000000000",
    60: "22000017000500",
}
_TRACKS = {
    "1": "%B6222020000000123^TEST/CARD^30122200000012300000?",
    "2": ";6222020000000123=30122200000012300000?",
    "3": None,
}


def data() -> dict:
    """Return what every case works on."""
    return {
        "fields": {str(n): value for n, value in _FIELDS.items()},
        "body": spec.encode("0200", _FIELDS).hex(),
        "key": "0123456789ABCDEFFEDCBA9876543210",
        "line": "商户名称: 北京市海淀区中关村大街超市",
        "flux": card_flux(_TRACKS, ips=20, jitter=0.05, seed=1),
    }


def _run(command: list, values: dict) -> dict:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(values, file)
        file.flush()
        done = subprocess.run([*command, file.name], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def micropython(values: dict) -> dict:
    """Our times under MicroPython, with the bytecode it makes of the sources."""
    boot = f"import sys; sys.path[:] = [{str(FIRMWARE)!r}, {str(_OURS.parent)!r}, '.frozen']"
    interpreter = Path(sys.executable).with_name("micropython")
    return _run([interpreter, "-X", "heapsize=4M", "-c", boot + "; import ours"], values)


def cpython(values: dict) -> dict:
    """Our times under CPython."""
    paths = [str(FIRMWARE), str(STUBS), str(_OURS.parent)]
    return _run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}; import ours"], values
    )


def _show(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} us" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


_HEADINGS = (
    "",
    "MicroPython",
    "ESP32 (estimate)",
    "CPython",
    "peer on CPython",
    "peer",
    "ours/peer",
)


def main() -> None:
    """Measure and print the table."""
    values = data()
    ours, on_cpython, other = micropython(values), cpython(values), peers.measure(values)
    table = Table(title="Time a piece, best of several rounds", title_justify="left")
    for heading in _HEADINGS:
        table.add_column(
            heading, justify="left" if heading in ("", "peer on CPython") else "right"
        )
    for case, seconds in sorted(ours.items()):
        name, theirs = other.get(case, ("", 0.0))
        estimate = _show(seconds * ESP32_FACTOR)
        row = [case, _show(seconds), estimate, _show(on_cpython[case])]
        if name:
            row += [name, _show(theirs), f"{on_cpython[case] / theirs:.1f}"]
        table.add_row(*row)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
