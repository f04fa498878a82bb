# SPDX-License-Identifier: MIT
"""The card bench: swipes are what their conditions say, rules read, counts are honest."""

import math
import random
import statistics
from array import array

import pytest

from bench import (
    card,
    card_grid,
    card_head,
    card_rules,
    card_score,
    card_serve,
    card_swipes,
    card_texts,
)
from bench.card_grid import Condition
from posctl.swipe.synth import check_text, positions, stripe_bits

GRID = {condition.name: condition for condition in card_grid.grid()}
PLAIN = Condition("plain", 1, jitter=0.0, asymmetry=0.0)


def places(track=1, seed=1):
    return positions(stripe_bits(card_texts.text(track, seed), track), False)


def changes(moved, where):
    """By how much displacement changes each interval."""
    pairs = zip(
        zip(moved, moved[1:], strict=False), zip(where, where[1:], strict=False), strict=True
    )
    return [(b - a) - (d - c) for (a, b), (c, d) in pairs]


def test_grid_has_the_59_conditions_of_the_reference():
    main = [condition for condition in card_grid.grid() if not condition.extra]
    assert len(main) == 59
    assert len(GRID) == len(card_grid.grid())
    counts = {track: sum(c.track == track for c in main) for track in (1, 2, 3)}
    assert counts == {1: 19, 2: 34, 3: 6}
    assert set(card_score._LEAST) <= set(GRID)


@pytest.mark.parametrize("track", [1, 2, 3])
@pytest.mark.parametrize("kind", ["payment", "generic"])
def test_texts_can_be_written_and_differ(track, kind):
    texts = [card_texts.text(track, seed, kind) for seed in range(3000)]
    assert all(check_text(text, track) == text for text in texts)
    assert len(set(texts)) > 2990
    assert texts[7] == card_texts.text(track, 7, kind)


def test_every_swipe_has_a_text_of_its_own():
    texts = [
        card_swipes.written(condition, seed, model)
        for condition in GRID.values()
        for seed in range(4)
        for model in "ab"
        if not condition.extra
    ]
    assert len(set(texts)) == len(texts)


def luhn(pan):
    doubled = [int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(pan))]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def test_most_payment_texts_have_a_luhn_digit_and_some_have_not():
    pans = [card_texts.text(2, seed)[1:].split("=")[0] for seed in range(400)]
    assert 0.9 < statistics.fmean(luhn(pan) for pan in pans) < 1
    assert {13, 15, 16, 19} <= {len(pan) for pan in pans}


@pytest.mark.parametrize("jitter", [0.05, 0.2])
@pytest.mark.parametrize("move", [card_swipes.displaced, card_head._moved])
def test_jitter_is_the_peak_change_of_an_interval(move, jitter):
    where, values = places(), PLAIN._replace(jitter=jitter)
    found = []
    for seed in range(20):
        found += changes(move(where, values, random.Random(seed)), where)
    assert statistics.pstdev(found) / jitter == pytest.approx(0.408, abs=0.015)
    assert 0.9 * jitter < max(map(abs, found)) <= jitter + 1e-9


def test_asymmetry_makes_intervals_longer_and_shorter_in_turn():
    where = places()
    found = changes(
        card_swipes.displaced(where, PLAIN._replace(asymmetry=0.1), random.Random(1)), where
    )
    assert [round(abs(change), 9) for change in found] == [0.1] * len(found)
    assert all(a * b < 0 for a, b in zip(found, found[1:], strict=False))


@pytest.mark.parametrize("fault, each", [("lost", -1), ("single", 1), ("pair", 2)])
def test_faults_come_at_their_rate(fault, each):
    where, values = places(), PLAIN._replace(**{fault: 0.01})
    a = [len(card_swipes.displaced(where, values, random.Random(seed))) for seed in range(60)]
    share = (statistics.fmean(a) - len(where)) / len(where) / each
    assert share == pytest.approx(0.01, rel=0.15)


def test_the_head_sees_every_transition_but_the_lost_ones():
    where = places()

    def count(values, seed):
        rng = random.Random(seed)
        heights = card_head._heights(len(where), values, rng)
        volts = card_head._voltage(card_head._moved(where, values, rng), heights, int(where[-1]))
        return len(card_head._peaks(volts))

    assert all(count(PLAIN._replace(jitter=0.2), seed) == len(where) for seed in range(5))
    values = PLAIN._replace(lost=0.02)
    lost = statistics.fmean(len(where) - count(values, seed) for seed in range(20))
    assert lost / len(where) == pytest.approx(0.02, rel=0.25)


@pytest.mark.parametrize("model", "ab")
def test_speeds_steps_and_stalls(model):
    def flux(name, seed=3):
        condition = GRID[name]
        return card_swipes.swipe(condition, card_texts.text(condition.track, seed), seed, model)

    assert sum(flux("T2 20 ips")) == pytest.approx(3.375 / 20 * 1e6, rel=0.15)
    assert all(interval % 40 == 0 or interval == 1 for interval in flux("T1 40 ips timer 40 us"))
    assert sum(flux("stall to 0.15 width 10.0%")) > 1.2 * sum(flux("T2 20 ips"))
    speeding = flux("T2 accel 5->50")
    assert statistics.fmean(speeding[:10]) > 3 * statistics.fmean(speeding[-10:])
    assert flux("mix bad T1") == flux("mix bad T1")
    assert flux("mix bad T1") != flux("mix bad T1", 4)


@pytest.mark.parametrize("model", "ab")
@pytest.mark.parametrize("track", [1, 2, 3])
@pytest.mark.parametrize("rule", card_rules.RULES)
def test_rules_read_clean_swipes(rule, track, model):
    condition = Condition("clean", track, jitter=0.02, asymmetry=0.0)
    for seed in range(6):
        text = card_texts.text(track, seed)
        flux = card_swipes.swipe(condition, text, seed, model)
        assert card_rules.read(card_rules.RULES[rule], flux, track) == text


@pytest.mark.parametrize(
    "rule, reads, fails",
    [
        ("fixed", "T2 jitter 20%", "T2 accel 10->40"),
        ("last", "T2 jitter 10%", "asymmetry 10%"),
        ("dab", "asymmetry 5%", "T1 jitter 15%"),
        ("avg4", "T2 jitter 15%", "asymmetry 20%"),
        ("ema", "T1 jitter 20%", "stall to 0.15 width 10.0%"),
    ],
)
def test_rules_have_the_holes_of_the_reference(rule, reads, fails):
    def share(name):
        got = 0
        for seed in range(20):
            text = card_texts.text(GRID[name].track, seed)
            flux = card_swipes.swipe(GRID[name], text, seed, "a")
            got += card_rules.read(card_rules.RULES[rule], flux, GRID[name].track) == text
        return got / 20

    assert share(reads) >= 0.9
    assert share(fails) <= 0.2


def test_a_text_that_reads_backward_as_an_empty_one_is_read_forward():
    text = ";6200000000000000=3012120000004?"
    bits = stripe_bits(text, 2)
    assert card_rules._one_way(bits[::-1], 2) == ";?"
    assert card_rules.frame(bits, 2) == card_rules.frame(bits[::-1], 2) == text


def test_few_or_even_intervals_are_no_text():
    for rule in card_rules.RULES.values():
        for count in (0, 1, 31, 32, 33, 400):
            assert card_rules.read(rule, array("H", [500] * count), 2) is None


def job(name, count=6):
    return card.Job(GRID[name], "a", 0, count, True)


def test_a_wrong_text_counts_as_wrong_and_shows_up():
    def broken(track, intervals):
        got = card_rules.read(card_rules.ema, intervals, track)
        return f"{got[:-2]}{chr(ord(got[-2]) ^ 1)}?" if got else None

    def deaf(track, intervals):
        return None

    scores = card.measure(job("T2 20 ips"), {"broken": broken, "deaf": deaf, "ours": broken})
    assert scores["broken"].right == 0
    assert [seed for seed, _ in scores["broken"].wrong] == list(range(6))
    assert (scores["deaf"].right, scores["deaf"].wrong) == (0, [])
    assert scores["deaf"].missed == list(range(5))
    results = {("a", "T2 20 ips"): scores}
    checks = {check.what: check for check in card_score.common_checks(results)}
    assert not checks["wrong texts 0"].passed
    assert card_score.summary(results, "a")["broken"]["mean_percent"] == 0


def test_right_texts_count_as_right_and_parts_add_up():
    parts = [
        card.measure(job("mix typical T3")._replace(first=first), card.decoders(False))
        for first in (0, 6)
    ]
    assert list(parts[0]) == [*card_rules.RULES, "ours"]
    whole = {name: parts[0][name].plus(parts[1][name]) for name in parts[0]}
    assert whole["ours"].percent == whole["ema"].percent == 100
    assert len(whole["ours"].seconds) == 12 and min(whole["ours"].seconds) > 0
    assert card_score.ratio({("a", "mix typical T3"): whole}, ordinary=True) > 0


def test_checks_say_miss_when_a_figure_is_short():
    def score(percent):
        return card_score.Score(percent, [], [], array("d", [1e-4] * 100))

    results = {("a", name): {"ours": score(100), "ema": score(100)} for name in GRID}
    assert all(check.passed for check in card_score.checks(results, "a"))
    assert all(check.passed for check in card_score.common_checks(results))
    results["a", "lost 1.0%"]["ours"] = score(74)
    missed = [check.what for check in card_score.checks(results, "a") if not check.passed]
    assert missed == ["lost 1.0% >= 75 %"]
    slow = {
        key: {"ours": score(100)._replace(seconds=array("d", [1e-3])), **{"ema": score(100)}}
        for key in results
    }
    assert [c.what for c in card_score.common_checks(slow) if not c.passed] == [
        "first stage <= 1.5 x EMA"
    ]


@pytest.mark.parametrize("wrong, total", [(0, 100), (1, 100), (5, 20), (2, 200_000)])
def test_upper_bound_leaves_five_percent_of_chance(wrong, total):
    share = card_score.upper_bound(wrong, total) / 100
    chance = sum(
        math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(wrong + 1)
    )
    assert chance == pytest.approx(0.05, rel=1e-6)


def test_upper_bound_at_the_ends():
    assert card_score.upper_bound(0, 200_000) == pytest.approx(0.001498, abs=1e-6)  # rule of three
    assert card_score.upper_bound(3, 3) == 100


def test_on_device_reads_as_this_process_does():
    condition = GRID["mix bad T2"]
    texts = []
    for seed in range(8):
        written = card_swipes.written(condition, seed, "a")
        values = array("H", card_swipes.swipe(condition, written, seed, "a"))
        here = card.our_decoder()(2, values)
        assert card_serve.decoder()(2, values) == here
        assert 0 < card_serve.decoder().seconds < 60
        texts.append(here == written)
    assert any(texts)
