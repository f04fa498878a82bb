# SPDX-License-Identifier: MIT
"""Recordings of a bare head: the transitions found against the truth, and the texts read.

The lines are those of magstripe.md 5.1, and some harder. `make test-full` hears 40 swipes a line.
"""

import pytest

from conftest import FULL
from fakes.head import Case, compare, hear
from fakes.waves import write_wav
from posctl.swipe import decode, extract

EASY = {  # every transition is found, none too many, and every text reads
    "T2 5 ips": Case(ips=(5, 5)),
    "T2 60 ips": Case(ips=(60, 60)),
    "T2 3 ips": Case(ips=(3, 3)),
    "T1 10 ips": Case(1, ips=(10, 10)),
    "T1 20 ips": Case(1),
    "T1 40 ips": Case(1, ips=(40, 40)),
    "T1 60 ips": Case(1, ips=(60, 60)),
    "T1 192 kHz 20 ips": Case(1, 192_000),
    "T1 192 kHz 60 ips": Case(1, 192_000, ips=(60, 60)),
    "T3 192 kHz 30 ips": Case(3, 192_000, ips=(30, 30)),
    "accel 10 to 40": Case(ips=(10, 40)),
    "accel 40 to 10": Case(ips=(40, 10)),
    "hand 0.75": Case(swing=0.75),
    "stop 0.25": Case(stop=(0.25, 0.1)),
    "jitter 15 %": Case(jitter=0.15),
    "jitter 25 %": Case(jitter=0.25),
    "40 dB": Case(snr_db=40),
    "30 dB": Case(snr_db=30),
    "24 dB": Case(snr_db=24),
    "20 dB": Case(snr_db=20),
    "accel 10 to 40, 20 dB": Case(ips=(10, 40), snr_db=20),
    "T1 192 kHz 20 dB": Case(1, 192_000, snr_db=20),
    "T1 20 dB": Case(1, snr_db=20),
    "reverse T2": Case(reverse=True),
    "reverse T1": Case(1, reverse=True),
    "typical T2": Case(mix="typical", snr_db=40),
    "typical T1": Case(1, mix="typical", snr_db=40),
    "worn T2": Case(mix="worn", snr_db=40),
    "worn T1": Case(1, mix="worn", snr_db=40),
    "wide pulses T1": Case(1, width_um=100),
    "narrow pulses": Case(width_um=25),
    "hum as loud as the card": Case(hum=1.0, offset=0.3, gain=10_000),
    "hum five times louder": Case(hum=5.0, ips=(10, 10), gain=4_000),
    "clipped": Case(clip=0.3),
    "quiet": Case(gain=5),
    "8 kHz": Case(rate=8_000, ips=(10, 10)),
    "8 kHz 30 ips": Case(rate=8_000, ips=(30, 30)),
}
FAULTY = {  # transitions of the stripe itself are gone or too many: found as they are
    "lost 0.3 %": Case(lost=0.003),
    "lost 1 %": Case(lost=0.01),
    "single 0.3 %": Case(single=0.003),
    "bad T2": Case(mix="bad", snr_db=40),
}
SWIPES = 40 if FULL else 2


@pytest.mark.parametrize("name", EASY)
def test_texts_read(tmp_path, record_property, name) -> None:
    right = wrong = 0
    case = EASY[name]
    for seed in range(SWIPES):
        heard = hear(case, seed)
        path = tmp_path / "head.wav"
        write_wav(path, [heard.samples], case.rate)
        (swipe,) = decode.read_swipes(path)
        track = decode.decode(swipe.flux, doubts=swipe.doubts)["tracks"][str(case.track)]
        right += track["text"] == heard.text
        wrong += track["text"] not in (None, heard.text)
    record_property("figures", f"head, {name}: {right} of {SWIPES} right, {wrong} wrong")
    assert wrong == 0 and right >= 0.97 * SWIPES


@pytest.mark.parametrize("name", [*EASY, *FAULTY])
def test_transitions_are_those_of_the_stripe(record_property, name) -> None:
    case = (EASY | FAULTY)[name]
    found = []
    for seed in range(SWIPES):
        heard = hear(case, seed)
        readings = [compare(heard, one) for one in extract.transitions(heard.samples, case.rate)]
        found.append(min(readings, key=lambda reading: sum(reading[:2])))
    missed, more, error = (sum(one[n] for one in found) / SWIPES for n in range(3))
    record_property("figures", f"head, {name}: {missed:.1f} missed, {more:.1f} more, {error:.3f}")
    assert missed <= 1 and error < 0.06
    assert more <= (12 if "hum" in name else 3)


def test_noise_and_hum_alone_are_no_card(tmp_path) -> None:
    import numpy as np

    rng = np.random.default_rng(3)
    for wave in (rng.normal(0, 500, 40_000), 9000 * np.sin(np.arange(40_000) / 140)):
        path = tmp_path / "noise.wav"
        write_wav(path, [np.round(wave)], 44_100)
        for swipe in decode.read_swipes(path):
            answer = decode.decode(swipe.flux)
            assert not answer["accepted"]
            assert all(track["text"] is None for track in answer["tracks"].values())


def test_inverted_and_in_the_second_channel(tmp_path) -> None:
    heard = hear(Case(), 5)
    path = tmp_path / "stereo.wav"
    write_wav(path, [heard.samples * 0, -heard.samples], 44_100)
    (swipe,) = decode.read_swipes(path)
    assert decode.decode(swipe.flux)["tracks"]["2"]["text"] == heard.text


def test_a_comparator_at_the_sound_card(tmp_path) -> None:
    import numpy as np

    heard = hear(Case(), 6)
    times = np.arange(len(heard.samples)) / 44_100 * 1e6
    level = np.where(np.searchsorted(heard.times, times) % 2, 8000.0, -8000.0)
    for square in (level, level - np.mean(level) + 3000):
        path = tmp_path / "square.wav"
        write_wav(path, [square], 44_100)
        (swipe,) = decode.read_swipes(path)
        assert decode.decode(swipe.flux)["tracks"]["2"]["text"] == heard.text


@pytest.mark.parametrize("pause", [0.1, 0.3, 2.0])
def test_swipes_one_after_the_other(tmp_path, pause) -> None:
    import numpy as np

    heard = [hear(Case(ips=(speed, speed)), 7) for speed in (15, 40, 25)]
    rest = np.zeros(max(0, round((pause - 0.1) * 44_100)))
    path = tmp_path / "three.wav"
    write_wav(path, [np.concatenate([part for h in heard for part in (h.samples, rest)])], 44_100)
    texts = [decode.decode(flux)["tracks"]["2"]["text"] for flux in decode.read_file(path)]
    assert texts == [one.text for one in heard]


def test_readings_that_differ_are_refused(monkeypatch) -> None:
    from posctl.swipe import lines, signals

    first, second = (hear(Case(), seed) for seed in (8, 9))
    line = lines.Line("", first.times.tolist(), (second.times.tolist(),))
    swipe = signals.assign([line])
    assert swipe.doubts == {2}
    answer = decode.decode(swipe.flux, doubts=swipe.doubts)
    assert (answer["reason"], answer["tracks"]["2"]["text"]) == ("ambiguous", None)
