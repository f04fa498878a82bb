# SPDX-License-Identifier: MIT
"""TcpTransport on real sockets: refused, silent, closing, answering; what counts as not sent."""

import asyncio
import os
import unittest

from fakes.acquirer import profile, vector
from pos.acquirer.exchange import Exchange
from pos.acquirer.framing import Framing
from pos.acquirer.tcp import TcpTransport
from pos.core import aio
from pos.core.errors import NoAnswer, NotSent

_REQUEST = bytes.fromhex(vector("c_echo_req")["hex"])
_ANSWER = bytes.fromhex(vector("c_echo_resp")["hex"])
_HOST = "127.0.0.1"
_PORT = 20000 + int.from_bytes(os.urandom(2), "big") % 12000  # below the ephemeral ones
_SHORT_S = 0.2


async def answering(reader, writer):
    if await reader.read(len(_REQUEST)) == _REQUEST:
        for at in range(0, len(_ANSWER), 30):
            writer.write(_ANSWER[at : at + 30])
            await writer.drain()
            await aio.sleep_ms(5)
    await hang_up(writer)


async def silent(reader, writer):
    await reader.read(1000)
    await aio.sleep_ms(400)
    await hang_up(writer)


async def closing(reader, writer):
    await reader.read(1000)
    await hang_up(writer)


async def hang_up(writer):
    writer.close()
    await writer.wait_closed()


async def talk(link_up=lambda: True):
    exchange = Exchange(Framing(profile()))
    exchange.buffer[: len(_REQUEST)] = _REQUEST
    transport = TcpTransport(_HOST, _PORT, link_up)
    try:
        return bytes(await exchange.run(transport, len(_REQUEST), 2, _SHORT_S))
    except NotSent:
        return "not sent"
    except NoAnswer as error:
        return error.f39


async def served(handler):
    server = await asyncio.start_server(handler, _HOST, _PORT)
    try:
        return await talk()
    finally:
        server.close()
        await server.wait_closed()


class TcpTest(unittest.TestCase):
    def test_answered(self):
        self.assertEqual(aio.run(served(answering)), _ANSWER)

    def test_silent(self):
        self.assertEqual(aio.run(served(silent)), "98")

    def test_closing(self):
        self.assertEqual(aio.run(served(closing)), "98")

    def test_nobody_there(self):
        self.assertEqual(aio.run(talk()), "not sent")

    def test_no_link(self):
        self.assertEqual(aio.run(talk(lambda: False)), "not sent")

    def test_link_lost_before_the_first_byte(self):
        states = [True, False]
        self.assertEqual(aio.run(served_with(lambda: states.pop(0))), "not sent")

    def test_close_is_safe_at_any_time(self):
        transport = TcpTransport(_HOST, _PORT, lambda: True)
        transport.close()
        transport.close()


async def served_with(link_up):
    server = await asyncio.start_server(closing, _HOST, _PORT)
    try:
        return await talk(link_up)
    finally:
        server.close()
        await server.wait_closed()


if __name__ == "__main__":
    unittest.main()
