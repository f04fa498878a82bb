# SPDX-License-Identifier: MIT
"""The plot of `make bench-card`: a row a condition, a column a decoder, green right, red wrong."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bench.card_grid import grid
from bench.card_score import OURS, Results, Score, summary

_ROW, _LEFT, _TOP, _CELL, _GAP = 19, 190, 96, 74, 44
_INK, _FAINT, _NONE, _WRONG = (30, 30, 30), (120, 120, 120), (235, 235, 231), (205, 45, 35)
_OURS, _OTHERS = (40, 125, 70), (140, 175, 150)
_TITLE = ImageFont.load_default(17)
_TEXT = ImageFont.load_default(12)
_SMALL = ImageFont.load_default(10)


def draw(results: Results, path: Path) -> None:
    """Draw the right and wrong shares of every condition, decoder and synthesiser."""
    models = sorted({model for model, _ in results})
    names = [c.name for c in grid() if any((model, c.name) in results for model in models)]
    columns = list(next(iter(results.values())))
    block = len(columns) * _CELL + _GAP
    size = (_LEFT + block * len(models), _TOP + _ROW * len(names) + 58)
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    pen.text((12, 10), "Card decoders: swipes read right, by condition", _INK, _TITLE)
    legend = "bar: % right; red: wrong texts accepted, with their count (store cards: in no mean)"
    pen.text((12, 36), legend, _FAINT, _TEXT)
    for n, name in enumerate(names):
        pen.text((12, _TOP + n * _ROW + 2), name, _INK, _TEXT)
    foot = _TOP + len(names) * _ROW + 8
    for r, label in enumerate(("mean of the grid", "conditions at 99 %", "median time a swipe")):
        pen.text((12, foot + r * 15), label, _INK, _TEXT)
    for m, model in enumerate(models):
        left = _LEFT + m * block
        swipes = len(next(s for (key, _), s in results.items() if key == model)[OURS].seconds)
        pen.text((left, 56), f"synthesiser {model}, {swipes} swipes a line", _INK, _TEXT)
        for d, decoder in enumerate(columns):
            place = left + d * _CELL
            pen.text((place, 76), decoder, _INK if decoder == OURS else _FAINT, _TEXT)
            for n, name in enumerate(names):
                score = results.get((model, name), {}).get(decoder)
                if score:
                    _bar(pen, place, _TOP + n * _ROW, score, _OURS if decoder == OURS else _OTHERS)
        _foot(pen, left, foot, summary(results, model))
    image.save(path)


def _bar(pen: ImageDraw.ImageDraw, left: int, top: int, score: Score, colour: tuple) -> None:
    width, bottom = _CELL - 34, top + _ROW - 4
    pen.rectangle((left, top + 2, left + width, bottom), _NONE)
    if score.right:
        pen.rectangle((left, top + 2, left + round(width * score.percent / 100), bottom), colour)
    label = f"{score.percent:.0f}" if score.percent in (0, 100) else f"{score.percent:.1f}"
    if not score.wrong:
        pen.text((left + width + 3, top + 3), label, _FAINT, _SMALL)
        return
    pen.rectangle((left + width - 3, top + 2, left + width, bottom), _WRONG)
    pen.text(
        (left + width + 3, top + 3), f"{score.percent:.0f}/{len(score.wrong)}", _WRONG, _SMALL
    )


def _foot(pen: ImageDraw.ImageDraw, left: int, top: int, figures: dict[str, dict]) -> None:
    rows = (("mean_percent", "{:.1f} %"), ("at_99", "{}"), ("median_us", "{:.0f} us"))
    for r, (key, form) in enumerate(rows):
        for d, decoder in enumerate(figures):
            ink = _INK if decoder == OURS else _FAINT
            label = form.format(figures[decoder][key])
            pen.text((left + d * _CELL, top + r * 15), label, ink, _TEXT)
