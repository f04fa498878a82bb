# SPDX-License-Identifier: MIT
"""Print jobs: a slip copy is begun in the journal before its first byte, proved after its last.

A copy that was begun and not proved may be on paper: it is printed again, whole, with the
duplicate banner (features.md 3.3). A blocked printer never stops the money: the job stays due.
"""

from micropython import const

from pos.ledger import jobs
from pos.ledger import records as r

_TRIES = const(3)  # per copy, when the printer says ok but does not prove the end of a slip


class Printing:
    """Prints what the ledger says is due."""

    def __init__(self, ctx: object, printer: object) -> None:
        self._ctx = ctx
        self._printer = printer

    def find(self, kind: int, batch: int, stan: int) -> object:
        """Return the due job, or None."""
        for job in self._ctx.ledger.book.due:
            if (job.kind, job.batch, job.stan) == (kind, batch, stan):
                return job
        return None

    async def run_due(self) -> None:
        """Print every job that is due, oldest first; stop at the first the operator puts off."""
        for job in list(self._ctx.ledger.book.due):
            subject = self._subject(job)
            if subject is None:
                continue  # its batch has left the journal
            if not await self.copy(job, subject) or not await self.rest(job, subject):
                return

    async def rest(self, job: object, subject: object) -> bool:
        """Print the remaining copies, with a tear-off prompt before each."""
        while job in self._ctx.ledger.book.due:
            await self._tear()
            if not await self.copy(job, subject):
                return False
        return True

    async def copy(self, job: object, subject: object) -> bool:
        """Print the next copy of a job; False when it was put off."""
        ledger = self._ctx.ledger
        number = job.copies_proved + 1
        for _ in range(_TRIES):
            if not await self.ready():
                return False
            again = job.begun
            if not again:
                jobs.begin(ledger, job.kind, job.batch, job.stan, number)
            if await self._send(self._slip(job.kind, subject, number, 1 if again else 0)):
                jobs.proved(ledger, job.kind, job.batch, job.stan, number)
                return True
        return False

    async def reprint(self, deal: object) -> None:
        """Print one more merchant copy of a deal at the operator's request."""
        if await self.ready():
            copy = r.REPRINT_COPY + min(deal.reprints, 99)
            jobs.begin(self._ctx.ledger, r.JOB_SLIP, deal.batch, deal.stan, copy)
            if await self._send(self._slip(r.JOB_SLIP, deal, 1, deal.reprints + 1)):
                jobs.proved(self._ctx.ledger, r.JOB_SLIP, deal.batch, deal.stan, copy)

    async def reprint_settlement(self, book: object) -> None:
        """Print the settlement slip of a closed batch again."""
        if await self.ready():
            await self._send(self._slip(r.JOB_SETTLEMENT, book, 1, 1))

    async def write(self, data: bytes) -> None:
        """Send paper that is no proof of money, without its end."""
        await self._printer.write(data)

    async def plain(self, data: bytes) -> bool:
        """Send the end of such paper; whether it was printed."""
        return await self._send(data)

    async def ready(self) -> bool:
        """Wait until the printer can print; False when the operator puts it off."""
        prompts = self._ctx.prompts
        back = prompts.state()
        while True:
            status = await self._printer.status()
            if status == "ok":
                break
            words = prompts.word("blocked." + status), prompts.word("print.hint")
            if not await prompts.yes_or_ready("print.paper", self._printer, *words):
                return False
        prompts.restore(back)
        return True

    async def _send(self, data: bytes) -> bool:
        await self._printer.write(data)
        return await self._printer.proof()

    async def _tear(self) -> None:
        await self._ctx.prompts.pause("print.tear", self._ctx.profile.tear_timeout_s)

    def _subject(self, job: object) -> object:
        from pos.ledger.history import anywhere, closed_book

        ledger = self._ctx.ledger
        if job.kind != r.JOB_SETTLEMENT:
            return anywhere(ledger, job.batch, job.stan)
        if ledger.book.batch == job.batch:
            return ledger.book
        closed = closed_book(ledger)
        return closed if closed is not None and closed.batch == job.batch else None

    def _slip(self, kind: int, subject: object, copy: int, reprint: int) -> bytes:
        self._ctx.lighten()
        from pos.receipt import slips

        profile, now = self._ctx.profile, self._ctx.calendar()
        if kind == r.JOB_SLIP:
            return slips.sale_slip(subject, profile, copy, profile.slip_copies, reprint, now)
        if kind == r.JOB_FAULT:
            return slips.fault_slip(subject, profile, reprint, now)
        return slips.settlement_slip(self._report(subject), profile, reprint, now)

    def _report(self, book: object) -> object:
        from pos.ledger.report import Report

        return Report(book, self._ctx.ledger.book.pending.values(), self._ctx.profile.operator)
