# SPDX-License-Identifier: MIT
"""Host and key store against the acquirer simulator: two implementations that share no code."""

import asyncio
import os

import pytest

from acquirer_sim.core import Acquirer
from acquirer_sim.faults import Faults, Rule
from acquirer_sim.terminals import DEFAULT_MERCHANT
from fakes.acquirer import Clock, card, deal, profile
from fakes.flash import NorMemory
from pos.acquirer.host import Host
from pos.core.deal import VOID
from pos.core.errors import HostDeclined, NoAnswer
from pos.core.totals import Totals
from pos.crypto.kcv import tdes_kcv
from pos.keystore.keystore import KeyStore
from pos.ledger.applying import count
from pos.store.slots import AtomicSlot

_TMK = bytes.fromhex("11223344556677889900AABBCCDDEEFF")


class _Wire:
    """The Transport port straight into the simulator; silence is a long wait."""

    def __init__(self, acquirer: Acquirer) -> None:
        self._acquirer = acquirer
        self._actions: list = []
        self._inbox = b""

    async def open(self) -> None:
        pass

    async def send(self, data: bytes) -> None:
        self._actions = self._acquirer.handle(bytes(data))

    async def recv_into(self, space: memoryview) -> int:
        if not self._inbox:
            if not self._actions:
                await asyncio.sleep(3600)
            action = self._actions.pop(0)
            await asyncio.sleep(action.delay_s)
            self._inbox = action.data
        data, self._inbox = self._inbox[: len(space)], self._inbox[len(space) :]
        space[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._actions = []


def _keys() -> KeyStore:
    keys = KeyStore(AtomicSlot(NorMemory(16384).partition(0, 16384)), bytes(range(32)), os.urandom)
    keys.inject_tmk(bytearray(_TMK), tdes_kcv(_TMK))
    return keys


class _Bench:
    """A terminal's Host and keys, wired to an acquirer of its own or to that of a twin."""

    def __init__(
        self, *faults: dict, terminal: str = "12345678", acquirer: "Acquirer | None" = None
    ) -> None:
        self.acquirer = acquirer or Acquirer(faults=Faults([Rule(fault) for fault in faults]))
        if acquirer is None:
            self.acquirer.register("12345678", _TMK)
        self.keys = _keys()
        parameters = profile(merchant=DEFAULT_MERCHANT, terminal=terminal)
        parameters.answer_timeout_s = 0.1
        self.host = Host(parameters, self.keys, lambda: _Wire(self.acquirer), Clock())
        self.batch = 1

    def sign_on(self) -> object:
        got = asyncio.run(self.host.sign_on(1, self.batch))
        self.batch = got.batch or self.batch
        return got

    def sale(self, stan: int = 123, pin: str = "123456") -> tuple:
        made = deal(batch=self.batch, stan=stan, entry_mode="021" if pin else "022")
        swiped = card()
        block = self.keys.pin_block(bytearray(pin.encode()), swiped.pan) if pin else None
        return made, asyncio.run(self.host.transact(made, swiped, block))

    def fails(self, stan: int = 123) -> NoAnswer:
        with pytest.raises(NoAnswer) as caught:
            self.sale(stan)
        return caught.value

    def booked(self) -> dict:
        return self.acquirer.ledger()["terminals"]["12345678"]


def test_a_day() -> None:
    bench = _Bench()
    assert bench.sign_on().batch
    asyncio.run(bench.host.echo(bench.batch))
    sale, answer = bench.sale()
    assert (answer.response, answer.approved, answer.scheme) == ("00", True, "CUP")
    assert bench.sale(124, pin="")[1].approved
    assert bench.sale(125, pin="999999")[1].response == "55"
    void = deal(VOID, batch=bench.batch, stan=126, original_batch=bench.batch)
    void.original_rrn, void.original_auth = answer.rrn, answer.auth
    block = bench.keys.pin_block(bytearray(b"123456"), card().pan)
    assert asyncio.run(bench.host.transact(void, card(), block)).response == "00"
    totals = Totals()
    for done in (sale, deal(), void):
        count(totals, done)
    settled = asyncio.run(bench.host.settle(127, bench.batch, totals))
    assert (settled.domestic, settled.foreign) == ("1", "1")
    asyncio.run(bench.host.sign_off(128, bench.batch))


def test_totals_that_differ() -> None:
    bench = _Bench()
    bench.sign_on()
    bench.sale()
    settled = asyncio.run(bench.host.settle(127, bench.batch, Totals()))
    assert (settled.domestic, settled.foreign) == ("2", "1")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"fault": "drop_before"}, "98"),
        ({"fault": "drop_after"}, "98"),
        ({"fault": "close"}, "98"),
        ({"fault": "delay", "seconds": 5}, "98"),
        ({"fault": "bad_mac"}, "A0"),
        ({"fault": "wrong_stan"}, "06"),
        ({"fault": "truncate", "at": 40}, "06"),
        ({"fault": "flip", "at": 60}, "06"),
    ],
    ids=lambda value: value["fault"] if isinstance(value, dict) else "",
)
def test_a_fault_is_reversed(fault: dict, reason: str) -> None:
    bench = _Bench({"mti": "0200", **fault})
    bench.sign_on()
    error = bench.fails()
    if fault["fault"] != "flip":  # what a flipped bit breaks depends on the answer
        assert error.f39 == reason
    made = deal(batch=bench.batch)
    answer = asyncio.run(bench.host.reverse(made, error.f39))
    assert answer in ("00", "25")
    assert asyncio.run(bench.host.reverse(made, error.f39)) in ("00", "25")
    states = {entry["state"] for entry in bench.booked()["transactions"]}
    assert states <= {"reversed"}


def test_every_byte_of_an_answer_flipped_is_no_approval_of_something_else() -> None:
    for at in range(130):
        bench = _Bench({"mti": "0200", "fault": "flip", "at": at})
        bench.sign_on()
        try:
            answer = bench.sale()[1]
        except NoAnswer:
            continue
        assert at < 11  # TPDU and header are under no MAC
        assert answer.approved


def test_a_duplicate_answer_is_taken_once() -> None:
    bench = _Bench({"mti": "0200", "fault": "duplicate"})
    bench.sign_on()
    assert bench.sale()[1].approved
    assert bench.sale(124)[1].approved


def test_requirement_of_the_header() -> None:
    bench = _Bench({"mti": "0200", "fault": "requirement", "code": "3"})
    bench.sign_on()
    assert bench.sale()[1].requirement == "3"


def test_keys_out_of_step() -> None:
    bench = _Bench()
    bench.sign_on()
    _Bench(acquirer=bench.acquirer).sign_on()  # the same terminal: new keys at the acquirer
    assert bench.fails().f39 in ("A0", "06")
    bench.sign_on()
    assert bench.sale(124)[1].approved


def test_a_terminal_nobody_knows() -> None:
    bench = _Bench(terminal="99999999")
    with pytest.raises(HostDeclined) as caught:
        bench.sign_on()
    assert caught.value.response == "97"
