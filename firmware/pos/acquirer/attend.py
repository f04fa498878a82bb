# SPDX-License-Identifier: MIT
"""Waiting with open eyes: the work goes on in a task of its own while its owner looks around.

The owner only ever waits for an event. So whoever cancels the owner (the case was opened) is heard
whatever the work does, and ending the work never looks like that.
"""

import asyncio

from pos.core.aio import Timeout


async def attend(work: object, look: object, tick_ms: int) -> None:
    """Await the coroutine `work`; `look()` is called every tick, what it raises ends the work."""
    over = asyncio.Event()
    errors = []
    task = asyncio.create_task(_run(work, over, errors))
    try:
        while True:
            try:
                await asyncio.wait_for(over.wait(), tick_ms / 1000)
                break
            except Timeout:
                pass
            try:
                look()
            except Exception:
                task.cancel()
                await over.wait()  # it lets go of all it holds before anything else is loaded
                raise
    finally:
        task.cancel()
    if errors:
        raise errors[0]


async def _run(work: object, over: object, errors: list) -> None:
    try:
        await work
    except Exception as error:  # the owner raises it again
        errors.append(error)
    finally:
        work = None  # a finished task may be held by what is left on the C stack
        over.set()
