# SPDX-License-Identifier: MIT
"""What both runtimes' asyncio can do, and the few places where they differ.

`asyncio.wait_for` works on both as long as it is given a coroutine. `Timeout` is caught before
OSError: on CPython it is one. Cancellation passes through everything here.
"""

import asyncio
import sys

Timeout = asyncio.TimeoutError
_ON_BOARD = sys.implementation.name == "micropython"


async def sleep_ms(duration_ms: int) -> None:
    """Sleep. A coroutine on both runtimes, so it may be handed to wait_for or create_task."""
    await asyncio.sleep(duration_ms / 1000)


def run(coroutine: object) -> object:
    """Run to the end in a loop of its own; nothing that is left over runs on in the next one."""
    try:
        return asyncio.run(coroutine)
    finally:
        if _ON_BOARD:
            asyncio.new_event_loop()


async def read_into(reader: object, space: memoryview) -> int:
    """Fill `space` from the front with what has come; 0 at the end. A board keeps no copy."""
    if _ON_BOARD:
        return await reader.readinto(space)
    data = await reader.read(len(space))
    space[: len(data)] = data
    return len(data)


def close_stream(writer: object) -> None:
    """Close a connection at once; bytes that have not left are dropped, not sent later."""
    if _ON_BOARD:
        writer.s.close()  # its close() does nothing, wait_closed() would do just this
    else:
        writer.transport.abort()
