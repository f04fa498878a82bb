# SPDX-License-Identifier: MIT
"""The plot of `make bench-card`: a row a condition, a column a decoder, green right, red wrong."""

from pathlib import Path

from PIL import Image, ImageDraw

_ROW, _LEFT, _TOP, _CELL = 16, 210, 46, 66
_RIGHT, _WRONG, _NONE = (70, 150, 90), (200, 50, 40), (232, 232, 228)


def draw(results: dict, path: Path) -> None:
    """Draw the right and wrong shares of {(model, condition): {decoder: Score}}."""
    models = sorted({model for model, _ in results})
    names = list(dict.fromkeys(name for _, name in results))
    decoders = list(next(iter(results.values())))
    block = len(decoders) * _CELL + 30
    image = Image.new("RGB", (_LEFT + block * len(models), _TOP + _ROW * len(names) + 10), "white")
    pen = ImageDraw.Draw(image)
    for m, model in enumerate(models):
        left = _LEFT + m * block
        pen.text((left, 6), f"synthesiser {model}", fill="black")
        for d, decoder in enumerate(decoders):
            pen.text((left + d * _CELL, 26), decoder, fill="black")
    for n, name in enumerate(names):
        top = _TOP + n * _ROW
        pen.text((6, top), name, fill="black")
        for m, model in enumerate(models):
            for d, decoder in enumerate(decoders):
                score = results[model, name][decoder]
                left = _LEFT + m * block + d * _CELL
                _bar(pen, left, top, score.percent / 100, len(score.wrong) / len(score.seconds))
    image.save(path)


def _bar(pen: ImageDraw.ImageDraw, left: int, top: int, right: float, wrong: float) -> None:
    width = _CELL - 6
    pen.rectangle((left, top + 1, left + width, top + _ROW - 3), fill=_NONE)
    if right:
        pen.rectangle((left, top + 1, left + round(width * right), top + _ROW - 3), fill=_RIGHT)
    if wrong:
        start = left + width - max(round(width * wrong), 2)
        pen.rectangle((start, top + 1, left + width, top + _ROW - 3), fill=_WRONG)
