# SPDX-License-Identifier: MIT
"""Fields of a track for people and scripts, and what was measured of a swipe.

The firmware's parsers give places in the text; here they become words. Masked, a field keeps its
length and shows only what does not tell the card or its holder.
"""

from posctl.swipe.fluxfile import Flux

_OPEN = ("format", "country", "currency", "exponent", "service", "state", "iin", "template")
# how ISO 646 of a country writes its letters in the places of [ \ ]
LETTERS = {
    "de": "ÄÖÜ",
    "dk": "ÆØÅ",
    "es": "¡Ñ¿",
    "fi": "ÄÖÅ",
    "fr": "°Ç§",
    "no": "ÆØÅ",
    "se": "ÄÖÅ",
}
_NAMES = ("name", "surname", "given", "title")


def _hidden(name: str, value: str) -> str:
    from pos.core.carddata import mask_pan

    if name in _OPEN:
        return value
    return mask_pan(value.encode()) if name in ("pan", "number") else "*" * len(value)


def _value(name: str, raw: bytearray, hide: bool, letters: str) -> str:
    value = raw.decode("ascii")
    if name == "pan":
        value = value.replace(" ", "")  # as embossed on some cards
    if name in _NAMES and letters:
        value = value.translate(str.maketrans("[\\]", LETTERS[letters]))
    return _hidden(name, value) if hide else value


def of_track(track: int, text: bytearray, hide: bool = False, letters: str = "") -> dict:
    """Return the layout of a text and its fields, None for one that is left out on the card."""
    from pos.card import parse, parse_service
    from pos.core.errors import CardError

    try:
        parsed = parse.parse(track, text)
    except CardError as error:  # it reads, but a sentinel stands inside it
        return {"layout": "unknown", "flags": [error.reason]}
    out: dict = {"layout": parsed.kind, "flags": list(parsed.flags)}
    for name in parsed.names:
        raw = parsed.get(name)
        out[name] = None if raw is None else _value(name, raw, hide, letters)
    if out.get("service"):
        out["service_means"] = parse_service.meanings(out["service"])
    return out


def measured(flux: Flux) -> dict:
    """Return speed, jitter, length and likely direction of every track that has transitions."""
    from pos.card import diagnose

    out = {}
    for number, intervals in sorted(flux.items()):
        if not intervals:
            continue
        slow, fast, jitter, length = diagnose.measure(number, intervals, len(intervals))
        out[str(number)] = {
            "transitions": len(intervals) + 1,
            "slowest_ips": slow / 10,
            "fastest_ips": fast / 10,
            "jitter": jitter / 100,
            "length_in": length / 16,
            "facing": diagnose.facing(number, intervals, len(intervals)),
        }
    return out


def diagnosis(swipe: object, flux: Flux) -> dict:
    """Return what was seen, and why the terminal refuses: the log's line, the cashier's words."""
    out: dict = {"seen": None, "advice": None, "tracks": measured(flux)}
    if not swipe.accepted:
        from pos.card import diagnose
        from pos.ui.strings import text

        error = diagnose.report(
            swipe, {n: (flux[n], len(flux[n])) if n in flux else None for n in (1, 2, 3)}
        )
        out["seen"] = error.reason
        out["advice"] = {
            "id": error.word,
            "zh": text("zh", error.word),
            "en": text("en", error.word),
        }
    return out
