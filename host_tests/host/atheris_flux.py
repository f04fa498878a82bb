# SPDX-License-Identifier: MIT
"""Fuzzes the card decoder by coverage with atheris; started by test_fuzz_flux.py.

Arguments are libFuzzer's, and a folder for the corpus. `--planted` breaks the decoder on purpose,
to see that it is found.
"""

import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / name) for name in ("tools/stubs", "firmware", "host_tests")]

with atheris.instrument_imports(include=["pos.card"]):
    from pos.card import flux, forms, reader  # noqa: F401 (all that a swipe may need)

from fakes import hostile  # noqa: E402

_SECONDS_EACH = 10  # an input that takes longer is a finding, with instruments in the code
_BYTES = 600
_MEMORY_MB = 1024
_SEEDS = 64


class _Planted(flux.Decoder):
    def decode_track(self, track: int, intervals: object, count: int) -> flux.TrackRead:
        read = super().decode_track(track, intervals, count)
        if read.status == "ok" and min(intervals) <= 1:
            raise ValueError("planted")
        return read


def _seeds(folder: Path) -> None:
    """Give the fuzzer undamaged swipes of every text and entry to start from."""
    for n in range(_SEEDS):
        entry, track, text = n % 4, n // 4 % 3, n % 24
        even_speed = bytes([1, 244, 12, n % 6, n & 1])  # 580 us a cell, little wobble
        (folder / f"seed{n}").write_bytes(bytes([entry, track, 1, text]) + even_speed + bytes(24))


def main() -> None:
    """Fuzz until the runs or the time are up."""
    planted = "--planted" in sys.argv
    arguments = [argument for argument in sys.argv if argument != "--planted"]
    _seeds(Path(arguments[-1]))
    decoder = _Planted() if planted else flux.Decoder()
    limits = [f"-timeout={_SECONDS_EACH}", f"-rss_limit_mb={_MEMORY_MB}", f"-max_len={_BYTES}"]
    arguments[1:1] = [*limits, "-seed=1", "-print_final_stats=0"]
    atheris.Setup(arguments, lambda data: hostile.target(data, decoder))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
