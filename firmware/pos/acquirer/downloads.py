# SPDX-License-Identifier: MIT
"""Downloads by parts, and the status upload (reference/unionpay.md, sections 2.4, 2.8 and 3).

0800 asks for a part, F60.3 = 360 or 390: F62 is the number of parts that are here, two digits,
absent at first. F62 of the answer begins with a flag: 0 nothing, 1 all of it, 2 more to come, 3
the last part. 361 and 391 tell the host that what came is in use. None of these has a STAN, nor a
MAC.
"""

from micropython import const

from pos.acquirer.host import accepted
from pos.core.errors import MessageError

_STATUS = const(362)  # F60.3
_FLAGS = b"0123"


async def part(host: object, batch: int, code: int, had: int) -> tuple:
    """Return (flag, content) of the part after `had`; the caller wipes the content.

    NotSent, NoAnswer and HostDeclined pass.
    """

    def build(profile: object) -> tuple:
        fields = _fields(profile, batch, code)
        if had:
            fields[62] = b"%02d" % had
        return "0800", fields

    def read(message: object, requirement: str) -> tuple:
        return _part(message, code)

    return await host.ask(build, read)


async def end(host: object, batch: int, code: int) -> None:
    """Say that the download `code` is in use."""

    def build(profile: object) -> tuple:
        return "0800", _fields(profile, batch, code + 1)

    await host.ask(build, accepted)


async def status(host: object, batch: int, report: bytes) -> None:
    """Upload the tags of a status report."""

    def build(profile: object) -> tuple:
        fields = _fields(profile, batch, _STATUS)
        fields[62] = report
        return "0820", fields

    await host.ask(build, accepted)


def _fields(profile: object, batch: int, code: int) -> dict:
    return {
        41: profile.terminal.encode(),
        42: profile.merchant.encode(),
        60: b"00%06d%03d" % (batch, code),
    }


def _part(message: object, code: int) -> tuple:
    from pos.acquirer import answers

    answers.accepted(message)
    if (message.get(60) or b"")[8:11] != b"%03d" % code:
        raise MessageError("is another download", 60)
    found = message.get(62) or b""
    flag = bytes(found[:1])
    if not flag or flag not in _FLAGS:
        raise MessageError("has no download flag", 62)
    return flag, bytearray(found[1:])
