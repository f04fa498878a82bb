# SPDX-License-Identifier: MIT
"""What the full parsers share: named places in a track text, and a cursor that walks over it.

Not on the terminal's own path (layout.py is): loaded by who wants every field. A field is a place
in the text, never a copy; errors name field and character, never what stands there.
"""

from pos.core.errors import CardError

EQUALS = 0x3D
CARET = 0x5E
BLANK = 0x20
NO_EXPIRY = (b"4912", b"0000")  # GB/T 19584-2010 and -2004


class Parsed:
    """One track: `kind` of layout, named places, and `flags` for what is odd about it.

    Kinds: iso7813-a, iso7813-b, iso7813-2, iso4909, aamva, generic.
    """

    def __init__(self, track: int, kind: str, text: bytearray) -> None:
        self.track = track
        self.kind = kind
        self.text = text
        self.names = []  # in the order of the track
        self.places = {}  # name: (start, end), or None where a separator stands for the field
        self.flags = []

    def put(self, name: str, place: object) -> None:
        """Note where a field lies."""
        self.names.append(name)
        self.places[name] = place

    def get(self, name: str) -> object:
        """Return a copy of a field; None when it is absent or the layout has no such field."""
        place = self.places.get(name)
        return None if place is None else self.text[place[0] : place[1]]

    def flag(self, word: str) -> None:
        """Note something odd that does not stop the parse."""
        if word not in self.flags:
            self.flags.append(word)


class Cursor:
    """Walks over the text between the sentinels; every step is a field put into `out`."""

    def __init__(self, out: Parsed, start: int) -> None:
        self.out = out
        self.text = out.text
        self.at = start
        self.end = len(out.text) - 1

    def fail(self, name: str) -> None:
        """Raise CardError that names the field and its place."""
        raise CardError("%s at character %d" % (name, self.at), self.out.track)

    def is_at(self, value: int) -> bool:
        """Tell whether the next character is `value`."""
        return self.at < self.end and self.text[self.at] == value

    def digits(self, name: str, length: int) -> None:
        """Take a field of so many digits."""
        if self.at + length > self.end or not is_digits(self.text, self.at, self.at + length):
            self.fail(name)
        self.out.put(name, (self.at, self.at + length))
        self.at += length

    def digits_or(self, name: str, length: int, separator: int) -> None:
        """Take a field of digits that a separator may stand for."""
        if self.is_at(separator):
            self.out.put(name, None)
            self.at += 1
        else:
            self.digits(name, length)

    def chars(self, name: str, length: int) -> None:
        """Take up to `length` characters; None when the track ends before them."""
        stop = min(self.at + length, self.end)
        self.out.put(name, (self.at, stop) if stop > self.at else None)
        self.at = stop

    def until(self, name: str, separator: int, longest: int) -> None:
        """Take a field that ends at a separator, which is passed."""
        for stop in range(self.at, min(self.at + longest + 1, self.end)):
            if self.text[stop] == separator:
                self.out.put(name, (self.at, stop))
                self.at = stop + 1
                return
        self.fail(name)

    def rest(self, name: str) -> None:
        """Take what is left before the end sentinel."""
        self.out.put(name, (self.at, self.end))
        self.at = self.end


def is_digits(text: bytearray, start: int, end: int) -> bool:
    """Tell whether digits alone stand there (also when nothing does)."""
    for i in range(start, end):
        if not 0x30 <= text[i] <= 0x39:
            return False
    return True


def month_exists(text: bytearray, start: int) -> bool:
    """Tell whether two digits name a month."""
    return 1 <= (text[start] - 0x30) * 10 + text[start + 1] - 0x30 <= 12


def check_expiry(out: Parsed, name: str) -> None:
    """Flag an expiry that says "none", and one whose month does not exist."""
    place = out.places.get(name)
    if place is None:
        return
    if bytes(out.get(name)) in NO_EXPIRY:
        out.flag("no_expiry")
    elif not month_exists(out.text, place[0] + 2):
        out.flag("bad_month")


def luhn(text: bytearray) -> bool:
    """Tell whether the check digit of a PAN is right; blanks between digits do not count."""
    total = count = 0
    for i in range(len(text) - 1, -1, -1):
        value = text[i]
        if value == BLANK:
            continue
        value = (value - 0x30) << (count & 1)
        total += value - 9 if value > 9 else value
        count += 1
    return count > 0 and total % 10 == 0
