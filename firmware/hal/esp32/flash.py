# SPDX-License-Identifier: MIT
"""Flash port over esp32.Partition: the offset form of writeblocks programs without erasing."""

from micropython import const

import esp32

from pos.core.errors import StoreError

_SECTOR_BYTES = const(4096)
_IOCTL_BLOCK_COUNT = const(4)
_IOCTL_BLOCK_ERASE = const(6)


class PartitionFlash:
    """One data partition, found by its label in the partition table."""

    def __init__(self, label: str) -> None:
        found = esp32.Partition.find(esp32.Partition.TYPE_DATA, label=label)
        if not found:
            raise StoreError("flash: no partition %s" % label)
        self._partition = found[0]
        self.size = self._partition.ioctl(_IOCTL_BLOCK_COUNT, 0) * _SECTOR_BYTES

    def read(self, offset: int, length: int) -> bytes:
        """Return a copy of `length` bytes."""
        data = bytearray(length)
        self.read_into(offset, data)
        return bytes(data)

    def read_into(self, offset: int, buffer: bytearray) -> None:
        """Fill the buffer."""
        self._partition.readblocks(offset // _SECTOR_BYTES, buffer, offset % _SECTOR_BYTES)

    def program(self, offset: int, data: bytes) -> None:
        """Clear bits: one flash operation."""
        self._partition.writeblocks(offset // _SECTOR_BYTES, data, offset % _SECTOR_BYTES)

    def erase(self, offset: int) -> None:
        """Erase the sector at `offset`: one flash operation."""
        self._partition.ioctl(_IOCTL_BLOCK_ERASE, offset // _SECTOR_BYTES)
