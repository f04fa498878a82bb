# SPDX-License-Identifier: MIT
"""The hotlist 黑名单: cards, and beginnings of card numbers, that this terminal must not serve.

What is kept of an entry is its keyed hash, for whole numbers and for their beginnings alike: flash
holds no card number, and a copy of it says nothing on another device.
"""

from micropython import const

from binascii import crc32

from pos.store.hashlist import HashList, Successor

_SHORTEST = const(6)  # digits of an entry
_WHOLE = const(13)  # digits from which an entry is a whole card number
_DAYS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)  # before each month


class Hotlist:
    """`flash` is the partition "hotlist"; `hashed(digits)` is the key store's `card_hash`."""

    def __init__(self, flash: object, hashed: object) -> None:
        self._list = HashList(flash)
        self._hashed = hashed

    @property
    def count(self) -> int:
        """Entries of the list; -1 when none was ever downloaded."""
        return self._list.count if self._list.exists else -1

    @property
    def check(self) -> str:
        """CRC-32 of the entries as they came, eight hex digits: which list this is."""
        return "%08X" % _u32(self._list.note, 4)

    @property
    def date(self) -> str:
        """Day of its download as YYYYMMDD, "" without a list."""
        return str(self._list.note[8:16], "ascii")

    def lists(self, pan: bytearray) -> bool:
        """Whether a card is listed; StoreError when the list is damaged."""
        lengths = _u32(self._list.note, 0)
        digits = memoryview(pan)
        wanted = []
        for n in range(_SHORTEST, len(pan) + 1):
            if lengths >> n & 1 and (n < _WHOLE or n == len(pan)):
                wanted.append(self._hashed(digits[:n]))
        return bool(wanted) and self._list.holds(wanted)

    def age_days(self, today: str) -> int:
        """Days from its download to `today` (YYYYMMDD); 0 without a list."""
        return max(0, _day(today) - _day(self.date)) if self.date else 0


class Download:
    """A new hotlist on its way in; the old one is in use until `commit`."""

    def __init__(self, hotlist: Hotlist) -> None:
        self._hotlist = hotlist
        self._next = Successor(hotlist._list)
        self._lengths = 0
        self._check = 0

    def add(self, digits: bytearray) -> None:
        """Append an entry of 6 to 19 digits; StoreFull when there is no room."""
        self._next.add(self._hotlist._hashed(digits))
        self._lengths |= 1 << len(digits)
        self._check = crc32(digits, crc32(b"%02d" % len(digits), self._check))

    def commit(self, today: str) -> None:
        """Put it into use, durably. `today` is YYYYMMDD."""
        numbers = [n.to_bytes(4, "big") for n in (self._lengths, self._check)]
        self._next.commit(b"".join(numbers) + today.encode())


def _day(date: str) -> int:
    """A count of days that grows by one each day."""
    year, month, day = int(date[:4]), int(date[4:6]), int(date[6:8])
    years = year if month > 2 else year - 1  # whose leap days have passed
    return year * 365 + years // 4 - years // 100 + years // 400 + _DAYS[month - 1] + day


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
