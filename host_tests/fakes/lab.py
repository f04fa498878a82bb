# SPDX-License-Identifier: MIT
"""The whole terminal in one process with the acquirer simulator, for power cuts by the thousand.

    lab = Lab()
    lab.run([Sale(12850, lab.card("rich"))])          # -> flash operations of the run
    lab.run([...], cut_at=7, kind="torn")             # power goes at the seventh operation
    lab.run([])                                       # boot, recover, idle
    assert not lab.disagreements()

Terminal and acquirer are two independent implementations; the paper is read with CPython's GBK.
What never changes (cards, a flash with its TMK) is made once; the journal has 16 sectors, so that
a boot reads 64 KB and not 480.
"""

import re
from functools import lru_cache

from acquirer_sim.core import Acquirer
from fakes.board import DEVICE_KEY, PARTITIONS, PROFILE, Cashier, FakeBoard
from fakes.flash import SECTOR_BYTES, NorMemory, PowerCut
from pos import app
from pos.core import aio
from pos.core.deal import APPROVED, BALANCE, VOIDED
from pos.core.errors import NotSent
from pos.crypto.kcv import tdes_kcv
from pos.keystore.keystore import KeyStore
from pos.ledger.history import History
from pos.ledger.names import KIND_NAMES, STATE_NAMES
from pos.store.slots import AtomicSlot
from posctl.swipe.synth import card_flux

TMK = bytes.fromhex("11223344556677889900AABBCCDDEEFF")
_BACK = ("void", "refund", "completion_void", "preauth_void")  # printed with a minus
_FLASH_BYTES = PARTITIONS["journal"][0] + 16 * SECTOR_BYTES


class SimTransport:
    """Transport port straight into Acquirer.handle; silence shows as a closed connection.

    No time passes here: an answer that is delayed is one that comes too late.
    """

    def __init__(self, acquirer: "Acquirer | None") -> None:
        self._acquirer = acquirer
        self._answer = b""

    async def open(self) -> None:
        if self._acquirer is None:
            raise NotSent("link down")

    async def send(self, data: bytes) -> None:
        actions = self._acquirer.handle(bytes(data))
        in_time = [one for one in actions if one.kind == "send" and not one.delay_s]
        self._answer = b"".join(action.data for action in in_time)

    async def recv_into(self, space: memoryview) -> int:
        out, self._answer = self._answer[: len(space)], self._answer[len(space) :]
        space[: len(out)] = out
        return len(out)

    def close(self) -> None:
        self._answer = b""


class Lab:
    """One terminal, one acquirer, one roll of paper; they outlive the power."""

    def __init__(self, faults: object = None, **profile: object) -> None:
        self.acquirer = Acquirer(":memory:", faults=faults)
        self.forced = any(rule.fault == "result" for rule in faults.rules) if faults else False
        self.acquirer.register(PROFILE["terminal"], TMK)
        self.paper = []
        self.profile = profile
        self.linked = True
        self.board = None
        self.nor = NorMemory(image=_flash_with_tmk())
        self._found = None

    def card(self, kind: str) -> tuple:
        """Return the flux of the first test card of a kind, as the link hands it over."""
        for card in self.acquirer.cards():
            if card["kind"] == kind:
                return _flux(*(card["tracks"][str(n)] for n in (1, 2, 3)))
        raise KeyError(kind)

    def run(self, actions: list, cut_at: int = 0, kind: str = "clean") -> int:
        """Boot, let the cashier work, end; return the flash operations. PowerCut ends it, too."""
        self._found = None
        self.nor = self.nor.reboot()
        if cut_at:
            self.nor.fuse(cut_at, kind)
        self.board = FakeBoard(
            self.nor, Cashier(actions), self._transport, self.paper, **self.profile
        )
        try:
            aio.run(app.main(self.board))
        except PowerCut:
            if not self.nor.dead:
                raise
        return self.nor.ops

    def _transport(self) -> SimTransport:
        return SimTransport(self.acquirer if self.linked else None)

    def ledger(self) -> object:
        """Return the terminal's ledger as a reboot after the latest run finds it."""
        if self._found is None:
            board = FakeBoard(self.nor.reboot(), Cashier([]), None, [], **self.profile)
            self._found = app.build(board).ledger
        return self._found

    def terminal_deals(self) -> dict:
        """Return {(batch, stan): deal} from the flash as it is."""
        history = History()
        self.ledger().scan(0, history.apply)
        return {key: history.deals[key] for key in history.order}

    def host_deals(self) -> dict:
        """Return {(batch, stan): transaction} from the acquirer's books."""
        booked = self.acquirer.ledger()["terminals"][PROFILE["terminal"]]["transactions"]
        return {(int(row["batch"]), int(row["stan"])): row for row in booked}

    def slips(self) -> dict:
        """Return {(batch, stan): amount in minor units} of the sales slips on paper."""
        found = {}
        for raw in self.paper:
            text = raw.decode("gbk", "replace")
            if "POS签购单" not in text:
                continue
            batch = int(re.search(r"批次号\(BATCH NO\):\s*(\d+)", text).group(1))
            stan = int(re.search(r"凭证号\(VOUCHER NO\):\s*(\d+)", text).group(1))
            amount = re.search(r"RMB\s+(-?\d+\.\d\d)", text).group(1)
            found[(batch, stan)] = int(amount.replace(".", ""))
        return found

    def corrections(self) -> set:
        """Return the (batch, stan) of offline sales whose slip was taken back on paper."""
        texts = [raw.decode("gbk", "replace") for raw in self.paper]
        found = [text for text in texts if "原签购单作废" in text]
        return {
            tuple(
                int(re.search(name + r": (\d+)", text).group(1)) for name in ("批次号", "凭证号")
            )
            for text in found
        }

    def settlements(self) -> set:
        """Return the batches whose settlement slip is on paper."""
        texts = [raw.decode("gbk", "replace") for raw in self.paper]
        totals = [text for text in texts if "结算总计单" in text]
        return {int(re.search(r"批次号\(BATCH NO\):\s*(\d+)", text).group(1)) for text in totals}

    def unlisted(self) -> list:
        """Return what differs though the terminal does not list it, at any moment of a day.

        Listed is what is pending or unresolved, with what that takes back, and a slip that is due.
        """
        book = self.ledger().book
        listed = set(book.pending)
        for deal in book.pending.values():
            listed.add((deal.original_batch, deal.original_stan))
        return self._compared(listed, {(job.batch, job.stan) for job in book.due})

    def _compared(self, listed: set, due: set) -> list:
        problems = []
        ours, theirs, paper = self.terminal_deals(), self.host_deals(), self.slips()
        for key in self.corrections():
            paper.pop(key, None)
        for key in sorted((set(ours) | set(theirs) | set(paper)) - listed):
            deal, booked = ours.get(key), theirs.get(key)
            problems += _compare(key, deal, booked, paper.get(key), key in due)
        return problems

    def disagreements(self) -> list:
        """Return what terminal, acquirer and paper disagree on; pending deals are named too."""
        ours = self.terminal_deals()
        problems = self._compared(set(), set())
        listed = {key for key, deal in ours.items() if deal.unresolved}
        return problems + self._batch_problems(listed)

    def _batch_problems(self, listed: set) -> list:
        """Compare batches; what differs in one must have been on the unresolved list."""
        problems = []
        ledger = self.ledger()
        books = self.acquirer.ledger()["terminals"][PROFILE["terminal"]]["batches"]
        for number, booked in books.items():
            batch = int(number)
            settled_here = batch < ledger.batch
            if settled_here != (booked["result"] != "open"):
                problems.append(
                    "batch %s: host %s, we %s" % (number, booked["result"], ledger.batch)
                )
            if booked["result"] == "unbalanced" and settled_here:
                problems += self._differences(batch, booked, listed)
            elif settled_here and "upload" not in booked and not self._refused(batch):
                problems.append("batch %s: without an end" % number)
            if settled_here and batch not in self.settlements():
                problems.append("batch %s: closed without its slip" % number)
        return problems

    def _differences(self, batch: int, booked: dict, listed: set) -> list:
        """What the upload of an unbalanced batch brought to light, and nobody had listed."""
        if self._refused(batch):
            return []
        found = booked.get("reconciliation")
        late = [key for key in listed if key[0] == batch]  # ended between 0500 and upload
        if found is None or not (found or self.forced or late):
            return ["batch %06d: unbalanced, uploaded %s" % (batch, found)]
        unknown = [entry for entry in found if (batch, int(entry["stan"])) not in listed]
        return ["batch %06d: %s" % (batch, entry) for entry in unknown]

    def _refused(self, batch: int) -> bool:
        """Whether the settlement slip says that the host would not have the upload."""
        texts = [raw.decode("gbk", "replace") for raw in self.paper]
        number = "%06d" % batch
        slips = [text for text in texts if "结算总计单" in text and number in text]
        return any("上送被拒" in text or "批上送结束被拒" in text for text in slips)


def _compare(
    key: tuple, deal: object, booked: "dict | None", paper: "int | None", due: bool
) -> list:
    """Compare one number; a slip that is `due` may be on paper or not."""
    live = deal is not None and deal.state in (APPROVED, VOIDED)
    host_live = booked is not None and booked["state"] in ("approved", "voided")
    where = "%06d/%06d: " % key
    if (booked and booked["type"] == "balance") or (deal and deal.kind == BALANCE):
        return [where + "a balance on paper"] if paper is not None else []
    if live != host_live:
        return [where + "terminal %s, host %s" % (deal and deal.state, booked and booked["state"])]
    if live != (paper is not None) and not due:
        return [where + "live %s, on paper %s" % (live, paper)]
    if not live:
        return []
    problems = []
    names = KIND_NAMES[deal.kind], STATE_NAMES[deal.state], deal.amount_minor, deal.pan_masked
    if names != (booked["type"], booked["state"], booked["amount_minor"], booked["pan"]):
        problems.append(where + "terminal %s, host %s" % (names, booked))
    if paper is None:
        return problems
    if abs(paper) != deal.amount_minor or (paper < 0) != (booked["type"] in _BACK):
        problems.append(where + "paper says %d" % paper)
    return problems


@lru_cache
def _flux(*tracks: str) -> tuple:
    """Return the flux of a card swiped once; nobody can write to it."""
    flux = card_flux({str(n): text for n, text in enumerate(tracks, 1)})
    return tuple((tuple(flux[str(n)]), len(flux[str(n)])) for n in (1, 2, 3))


@lru_cache
def _flash_with_tmk() -> bytes:
    nor = NorMemory(_FLASH_BYTES)
    seed = FakeBoard(nor, Cashier([]), None, []).random
    keys = KeyStore(AtomicSlot(nor.partition(*PARTITIONS["keys"])), DEVICE_KEY, seed)
    tmk = bytearray(TMK)
    keys.inject_tmk(tmk, tdes_kcv(tmk))
    return bytes(nor.cells)
