# SPDX-License-Identifier: MIT
"""Fuzzes all that reads messages by coverage with atheris; started by test_fuzz_messages.py.

Arguments are libFuzzer's, and a folder for the corpus. `--planted` breaks the codec on purpose, to
see that it is found.
"""

import json
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / name) for name in ("tools/stubs", "tools", "firmware", "host_tests")]

with atheris.instrument_imports(include=["pos.iso8583", "pos.acquirer", "acquirer_sim", "posctl"]):
    from fakes import hostile_messages
    from pos.iso8583 import codec

_SECONDS_EACH = 10
_BYTES = 1600
_MEMORY_MB = 512
_FRAMED = ("host", "tools", "exchange")
_FRONT = {"host": b"\x09", "exchange": b"\x07\x30"}


def _seeds(folder: Path) -> None:
    """Give the fuzzer every stored message, for every reader."""
    number = 0
    for name in ("8583_messages.json", "8583_computed.json"):
        path = ROOT / "host_tests" / "vectors" / name
        for vector in json.loads(path.read_text("utf-8")):
            raw = bytes.fromhex(vector["hex"])
            for key, size in (("length_field", 2), ("tpdu", 5), ("header", 6)):
                raw = raw[size:] if vector[key] is not None else raw
            for reader, call in enumerate(hostile_messages.READERS):
                (folder / f"seed{number}").write_bytes(bytes([reader]) + _shaped(call, raw))
                number += 1


def _shaped(call: object, body: bytes) -> bytes:
    name = call.__name__
    if name not in _FRAMED:
        return body
    payload = bytes.fromhex("6000030000603100311003") + body
    return _FRONT.get(name, b"") + len(payload).to_bytes(2, "big") + payload


def _plant() -> None:
    """Let the codec lose its head over one length of one field."""
    right = codec._bad_count

    def wrong(low: int, high: int, limit: int, n: int) -> Exception:
        return ValueError("planted") if n == 60 else right(low, high, limit, n)

    codec._bad_count = wrong


def main() -> None:
    """Fuzz until the runs or the time are up."""
    if "--planted" in sys.argv:
        _plant()
    arguments = [argument for argument in sys.argv if argument != "--planted"]
    _seeds(Path(arguments[-1]))
    limits = [f"-timeout={_SECONDS_EACH}", f"-rss_limit_mb={_MEMORY_MB}", f"-max_len={_BYTES}"]
    arguments[1:1] = [*limits, "-seed=1", "-print_final_stats=0"]
    atheris.Setup(arguments, hostile_messages.target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
