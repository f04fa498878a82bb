# SPDX-License-Identifier: MIT
"""`make bench-message`: our message codec beside two from PyPI at the same messages, in one run.

The messages are those of host_tests/vectors. Messages a second under CPython, of the same CPU
time; bytes allocated a message under MicroPython, from the firmware image in the heap that the
bench terminal has. The figures are judged, PASS or MISS; nothing here fails on one.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from posctl import image
from posctl.bench.command import HEAP_BYTES
from posctl.firmware import enable
from posctl.paths import ROOT

RATIO_WANTED = 2.0
_REPEATS = 60
_VECTORS = ("8583_messages.json", "8583_computed.json")
_HERE = Path(__file__).parent
_BOOT = (  # the image as the terminal mounts it
    "import os,sys,vfs;"
    "b=bytearray(os.stat(sys.argv[-2])[6]);"
    "f=open(sys.argv[-2],'rb');f.readinto(b);f.close();"
    "vfs.mount(vfs.VfsRom(memoryview(b)),'/rom');"
    "del b,f;"
    "sys.path[:]=['/rom',{here!r},'.frozen'];"
    "import message_device"
)
_REASON = (
    "ours is Python as well, so what is saved is calls and copies only: it checks every byte, "
    "while values that must be wiped (PAN, tracks, lists of PANs) are looked at one by one"
)


def bodies() -> list[bytes]:
    """Return the messages of the vectors, without length, TPDU and header."""
    found = []
    for name in _VECTORS:
        path = ROOT / "host_tests" / "vectors" / name
        for vector in json.loads(path.read_text("utf-8")):
            raw = bytes.fromhex(vector["hex"])
            for key, size in (("length_field", 2), ("tpdu", 5), ("header", 6)):
                raw = raw[size:] if vector[key] is not None else raw
            found.append(raw)
    return found


def device(messages: list[bytes]) -> dict:
    """Return what message_device.py prints; CalledProcessError when it does not fit the heap."""
    built = image.build("bench", named=True)
    interpreter = Path(sys.executable).with_name("micropython")
    with tempfile.NamedTemporaryFile("w", suffix=".hex") as file:
        file.write("\n".join(body.hex() for body in messages))
        file.flush()
        heap = f"heapsize={HEAP_BYTES + built.size}"
        boot = _BOOT.format(here=str(_HERE))
        command = [interpreter, "-X", heap, "-c", boot, str(built.path), file.name]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def ratio(times: dict, case: str, peer: str) -> float:
    """Return how many messages ours does in the time of one of the peer's."""
    return times[case, peer] / times[case, "ours"]


def speed_table(times: dict) -> Table:
    """Messages a second, a column a codec."""
    from bench.message_codecs import BOTH, DECODE, ENCODE, IN_PLACE, OURS, PYISO, TOOLBOX

    table = Table(title="Messages a second (CPython)", title_justify="left")
    for heading in ("", OURS, PYISO, "ratio", TOOLBOX, "ratio"):
        table.add_column(heading, justify="right" if heading else "left")
    for case in (DECODE, ENCODE, BOTH, IN_PLACE):
        row = [case, f"{1 / times[case, OURS]:,.0f}"]
        for peer in (PYISO, TOOLBOX):
            if (case, peer) in times:
                row += [f"{1 / times[case, peer]:,.0f}", f"{ratio(times, case, peer):.2f} x"]
        table.add_row(*row)
    return table


def heap_table(taken: dict) -> Table:
    """Bytes a message, over the set."""
    table = Table(title="Bytes allocated a message (MicroPython, 64 bit)", title_justify="left")
    for heading in ("", "least", "median", "most"):
        table.add_column(heading, justify="right" if heading else "left")
    for place, case in enumerate(("decode", "decode and every value", "encode")):
        figures = sorted(costs[place] for costs in taken["costs"])
        shown = (figures[0], figures[len(figures) // 2], figures[-1])
        table.add_row(case, *(f"{figure:,}" for figure in shown))
    return table


def verdict(times: dict) -> tuple[bool, str]:
    """Return whether the acceptance is met, and the line that says so."""
    from bench.message_codecs import BOTH, PYISO

    reached = ratio(times, BOTH, PYISO)
    text = f"{BOTH}: {reached:.2f} x {PYISO} (wanted: {RATIO_WANTED:.0f} x)"
    good = reached >= RATIO_WANTED
    return good, text if good else f"{text}; {_REASON}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.message", description=__doc__)
    parser.add_argument("--repeats", type=int, default=_REPEATS, help="turns of each codec")
    repeats = parser.parse_args().repeats
    enable()
    from bench.message_codecs import measure, sample

    messages = bodies()
    times = measure([sample(body) for body in messages], repeats)
    taken = device(messages)
    console = Console(width=110)
    size = sum(map(len, messages)) // len(messages)
    console.print(f"{len(messages)} messages of host_tests/vectors, {size} bytes on average")
    console.print(speed_table(times))
    console.print(
        "iso-8583-toolbox has no BCD lengths and no odd digit on the left: it works in a dialect "
        "of its own, and checks neither lengths nor nibbles nor the end.",
        soft_wrap=True,
        highlight=False,
    )
    console.print(heap_table(taken))
    console.print(f"the codec's code, while it is loaded: {taken['code']:,} bytes")
    good, text = verdict(times)
    console.print("PASS" if good else "MISS", style="green" if good else "red", end=" ")
    console.print(text, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
