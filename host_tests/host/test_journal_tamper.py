# SPDX-License-Identifier: MIT
"""The journal under a changed flash: every bit, every record, every sector, older images.

`Image` knows where each record stands, so a test can say what it changes. A change must be a
StoreError with nothing written. The few places a power cut may leave in any state are named in
`tolerated`; there the same records must come out.
"""

import os
import random
from binascii import crc32
from hashlib import sha256
from pathlib import Path

import pytest

from fakes.flash import SECTOR_BYTES, NorMemory
from pos.core.errors import StoreError
from pos.store.counter import Counter
from pos.store.journal import Journal
from pos.store.record import HEADER_BYTES, LIMIT, MAX_RECORD, record_size

FULL = os.environ.get("ESPOS_FULL") == "1"
KEY = bytes(range(32))
START = 2 * SECTOR_BYTES  # of the journal; the counter is before it
SIZES = (0, 40, 100, 300, 512)


def boot(flash, key=KEY):
    """A loaded journal and what it visited."""
    seen = []
    part = flash.partition(START, flash.size - START)
    journal = Journal(part, Counter(flash.partition(0, START)), key)
    journal.load(lambda kind, seq, payload: seen.append((seq, kind, bytes(payload))))
    return journal, seen


class Image:
    """A flash with `count` records in a ring of `sectors`; `at` = [(offset, size)] by sequence."""

    def __init__(self, count, sectors=4, seed=1):
        rng = random.Random(seed)
        self.flash = NorMemory(START + sectors * SECTOR_BYTES)
        self.older = []
        self.places = {}
        journal, _ = boot(self.flash)
        for _ in range(count):
            payload = rng.randbytes(rng.choice(SIZES))
            journal.keep_from = journal.next_seq
            seq = journal.append(rng.randrange(1, 255), payload)
            size = record_size(len(payload))
            place = journal._newest % sectors * SECTOR_BYTES + journal._at - size
            self.places[seq] = (START + place, size)
            self.older.append(bytes(self.flash.cells))
        self.cells = bytes(self.flash.cells)
        self.end = START + journal._newest % sectors * SECTOR_BYTES + journal._at
        self.mark = self.end // SECTOR_BYTES * SECTOR_BYTES + LIMIT
        _, self.seen = boot(self.flash.reboot())
        self.places = {seq: self.places[seq] for seq, _, _ in self.seen}

    def tolerated(self, offset):
        """Where a cut may have left anything: behind the last record, and in the open mark."""
        torn = self.end <= offset < min(self.end + MAX_RECORD, self.mark)
        return torn or self.mark <= offset < self.mark + SECTOR_BYTES - LIMIT

    def with_cells(self, *changes):
        """A copy with (offset, bytes) put in; the result need not be reachable by NOR rules."""
        cells = bytearray(self.cells)
        for offset, data in changes:
            cells[offset : offset + len(data)] = data
        return NorMemory(image=cells)

    def record(self, seq):
        """The bytes of a record."""
        offset, size = self.places[seq]
        return self.cells[offset : offset + size]


def assert_broken(flash, what=""):
    """Loading fails with a clear line and writes nothing."""
    before = bytes(flash.cells)
    with pytest.raises(StoreError) as caught:
        boot(flash)
    assert what in str(caught.value), caught.value
    assert "journal" in str(caught.value) or "counter" in str(caught.value)
    assert flash.ops == 0
    assert flash.cells == before


@pytest.fixture(scope="module", params=[12, 90], ids=["one sector", "gone round"])
def image(request):
    """A journal before and after it has gone round."""
    return Image(request.param)


def test_any_bit(image):
    """A single bit of a header, record, mark or blank rest, anywhere."""
    rng = random.Random(1)
    for _ in range(20000 if FULL else 1500):
        offset = rng.randrange(START, len(image.cells))
        changed = image.cells[offset] ^ 1 << rng.randrange(8)
        flash = image.with_cells((offset, bytes([changed])))
        if image.tolerated(offset):
            assert boot(flash)[1] == image.seen
        else:
            assert_broken(flash, "sector")


def test_any_bit_of_the_last_records(image):
    """Above all the last acknowledged one: it must not pass for torn."""
    last = max(image.places)
    for seq in range(last - 4 if FULL else last, last + 1):
        offset, size = image.places[seq]
        where = f"offset 0x{offset % SECTOR_BYTES:03x}: record {seq} is damaged"
        for i in range(size * 8):
            changed = image.cells[offset + i // 8] ^ 1 << i % 8
            flash = image.with_cells((offset + i // 8, bytes([changed])))
            assert_broken(flash, where if seq == last else "sector")


def test_any_bit_of_the_counter(image):
    """Refused, or, in the last count, counted once more; never other records."""
    for i in range(12000 if FULL else 1500):
        flash = image.with_cells((i // 8, bytes([image.cells[i // 8] ^ 1 << i % 8])))
        try:
            assert boot(flash)[1] == image.seen
        except StoreError:
            assert flash.ops == 0


def test_record_changed_with_its_crc_put_right(image):
    for seq in image.places:
        offset, size = image.places[seq]
        record = bytearray(image.record(seq))
        record[8] ^= 1
        record[-4:] = crc32(record[:-4]).to_bytes(4, "big")
        where = f"offset 0x{offset % SECTOR_BYTES:03x}: not what follows record {seq - 1}"
        assert_broken(image.with_cells((offset, record)), where)


def _visited_before_it_breaks(flash):
    seen = []
    journal = Journal(
        flash.partition(START, flash.size - START), Counter(flash.partition(0, START)), KEY
    )
    with pytest.raises(StoreError):
        journal.load(lambda kind, seq, payload: seen.append((seq, kind, bytes(payload))))
    return seen


def _with_crc(data):
    return bytes(data[:-4]) + crc32(data[:-4]).to_bytes(4, "big")


def _sector_ends():
    """For each closed sector of an image that has gone round: its last record and next header."""
    image = Image(90)
    for seq in image.places:
        offset, size = image.places[seq]
        behind = image.places.get(seq + 1, (offset + size, 0))[0]
        if behind // SECTOR_BYTES != offset // SECTOR_BYTES:
            yield image, seq, behind // SECTOR_BYTES * SECTOR_BYTES


def test_record_changed_with_crc_and_seal_put_right():
    """A seal that the key does not vouch for is not believed, not even for a visit."""
    for image, seq, header_at in _sector_ends():
        offset, size = image.places[seq]
        record = bytearray(image.record(seq))
        record[0] = record[0] % 254 + 1
        record = _with_crc(record)
        sector = offset // SECTOR_BYTES * SECTOR_BYTES
        header = bytearray(image.cells[header_at : header_at + HEADER_BYTES])
        end = int.from_bytes(header[18:20], "big")
        assert end == offset + size - sector
        header[36:52] = sha256(image.cells[sector:offset] + record).digest()[:16]
        forged = image.with_cells((offset, record), (header_at, _with_crc(header)))
        assert _visited_before_it_breaks(forged) == image.seen[: seq - image.seen[0][0]]


def test_record_added_behind_what_is_sealed():
    for image, seq, _ in _sector_ends():
        offset, size = image.places[seq]
        added = _with_crc(b"\x01\0\0\0" + (seq + 1).to_bytes(4, "big") + bytes(24))
        if (offset + size) % SECTOR_BYTES <= LIMIT - len(added):
            forged = image.with_cells((offset + size, added))
            assert _visited_before_it_breaks(forged) == image.seen[: seq + 1 - image.seen[0][0]]


def _sector_rest(image, seq):
    """Offset and bytes of what follows a record in its sector, without the mark."""
    offset, size = image.places[seq]
    end = offset // SECTOR_BYTES * SECTOR_BYTES + LIMIT
    return offset + size, image.cells[offset + size : end]


def test_record_dropped(image):
    for seq in image.places:
        offset, size = image.places[seq]
        _, rest = _sector_rest(image, seq)
        assert_broken(image.with_cells((offset, rest + b"\xff" * size)))
        assert_broken(image.with_cells((offset, b"\xff" * size)))
        assert_broken(image.with_cells((offset, bytes(size))))
        assert_broken(image.with_cells((offset, bytes(16))))


def test_record_repeated(image):
    for seq in image.places:
        offset, size = image.places[seq]
        after, rest = _sector_rest(image, seq)
        if rest[len(rest) - size :] == b"\xff" * size:
            assert_broken(image.with_cells((after, image.record(seq) + rest[:-size])))


def test_records_swapped(image):
    for seq in list(image.places)[:-1]:
        offset, size = image.places[seq]
        if image.places[seq + 1][0] == offset + size:
            swapped = image.record(seq + 1) + image.record(seq)
            assert_broken(image.with_cells((offset, swapped)))


def test_tail_lost(image):
    """Any number of last records blanked: the counter tells."""
    newest = image.end // SECTOR_BYTES
    for seq in image.places:
        offset, _ = image.places[seq]
        if offset // SECTOR_BYTES == newest:
            lost = image.with_cells((offset, b"\xff" * (image.end - offset)))
            last = len(image.older)
            assert_broken(lost, f"records {seq} to {last} are missing")


def test_sectors_exchanged_erased_or_doubled(image):
    sectors = range(START, len(image.cells), SECTOR_BYTES)
    for a in sectors:
        for b in sectors:
            one, other = (image.cells[at : at + SECTOR_BYTES] for at in (a, b))
            if one != other:
                assert_broken(image.with_cells((a, other), (b, one)))
                assert_broken(image.with_cells((a, other)))
        if image.cells[a : a + HEADER_BYTES] != b"\xff" * HEADER_BYTES:
            assert_broken(image.with_cells((a, b"\xff" * SECTOR_BYTES)))
            assert_broken(image.with_cells((a, b"\xff" * HEADER_BYTES)))


def test_sector_replaced_by_an_older_copy(image):
    for older in image.older:
        for at in range(START, len(older), SECTOR_BYTES):
            copy = older[at : at + SECTOR_BYTES]
            if copy != image.cells[at : at + SECTOR_BYTES]:
                assert_broken(image.with_cells((at, copy)))


def test_all_of_it_replaced_by_an_older_copy(image):
    """The counter is what an older image of the journal does not fit to, but for its last step."""
    for older in image.older[:-1]:
        assert_broken(image.with_cells((START, older[START:])), "missing")
    for older in image.older[:-2]:
        assert_broken(image.with_cells((0, older[:START])), "counter says")


def test_another_key(image):
    flash = image.flash.reboot()
    with pytest.raises(StoreError) as caught:
        boot(flash, bytes(32))
    assert "another key" in str(caught.value)
    assert flash.ops == 0


def test_another_size(image):
    longer = NorMemory(image=image.cells + b"\xff" * SECTOR_BYTES)
    assert_broken(longer, "belongs elsewhere")
    assert_broken(NorMemory(image=image.cells[:-SECTOR_BYTES]), "belongs elsewhere")


@pytest.mark.parametrize(
    "content",
    [
        bytes(4 * SECTOR_BYTES),
        random.Random(1).randbytes(4 * SECTOR_BYTES),
        b"\xff" * 3 * SECTOR_BYTES + b"\x00" * SECTOR_BYTES,
        b"\xff" * (2 * SECTOR_BYTES - 1) + b"\xfe" + b"\xff" * 2 * SECTOR_BYTES,
        Path(__file__).read_bytes().ljust(4 * SECTOR_BYTES, b"\n")[: 4 * SECTOR_BYTES],
    ],
    ids=["zeros", "random", "last sector", "one bit", "text"],
)
def test_foreign_content(content):
    assert_broken(NorMemory(image=b"\xff" * START + content), "neither blank nor a sector")


@pytest.mark.parametrize("size", [0, 1, 2 * SECTOR_BYTES, 3 * SECTOR_BYTES + 1])
def test_partition_of_the_wrong_size(size):
    class Flash:
        pass

    flash = Flash()
    flash.size = size
    with pytest.raises(StoreError, match="partition of"):
        Journal(flash, None, KEY)


def test_blank_journal_with_a_counter_that_counted(image):
    blank = b"\xff" * (len(image.cells) - START)
    assert_broken(image.with_cells((START, blank)), "records 1 to")
