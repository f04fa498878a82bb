# SPDX-License-Identifier: MIT
"""What a message takes of the heap under MicroPython, run from the image by message.py.

Argument: a file with one message in hex a line. Prints JSON: `code`, bytes that the codec's own
code keeps while it is loaded, and one list a message with the bytes allocated by decoding it, by
taking out every value as well, and by encoding it again. The collector is off meanwhile: all that
is allocated counts, garbage too.
"""

import gc
import json
import sys

_OUT_BYTES = 1500


def _allocated(work: object) -> int:
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    work()
    spent = gc.mem_alloc() - before
    gc.enable()
    return spent


def _costs(body: memoryview, codec: object, out: bytearray) -> list:
    def take_all() -> None:
        message = codec.Message(body)
        for n in message.numbers():
            message.get(n)

    message = codec.Message(body)
    fields = {}
    for n in message.numbers():
        fields[n] = message.get(n)
    return [
        _allocated(lambda: codec.Message(body)),
        _allocated(take_all),
        _allocated(lambda: codec.encode(message.mti, fields, out)),
    ]


def main() -> None:
    """Measure every message of the file."""
    gc.collect()
    before = gc.mem_alloc()
    from pos.iso8583 import codec

    gc.collect()
    code = gc.mem_alloc() - before
    out = bytearray(_OUT_BYTES)
    costs = []
    with open(sys.argv[-1]) as file:
        for line in file:
            body = bytes.fromhex(line.strip())
            costs.append(_costs(memoryview(body), codec, out))
    print(json.dumps({"code": code, "costs": costs}))


main()
