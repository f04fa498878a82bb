# SPDX-License-Identifier: MIT
"""What the screen says of a settlement: before it, and when it is done."""

from pos.core.money import format_minor
from pos.ledger.records import UPLOAD_ENDED


def result_lines(ctx: object) -> list:
    """The host's result, our totals and, where they differ, what was uploaded."""
    return _flag_lines(ctx, ctx.ledger.book.settle_flags) + total_lines(ctx) + _upload_lines(ctx)


def total_lines(ctx: object) -> list:
    """Counts and amounts of the batch, domestic and foreign together."""
    totals, word = ctx.ledger.book.totals, ctx.prompts.word
    debit = totals.debit_minor + totals.foreign_debit_minor
    credit = totals.credit_minor + totals.foreign_credit_minor
    return [
        word("settle.debit", totals.debit_count + totals.foreign_debit_count, format_minor(debit)),
        word(
            "settle.credit",
            totals.credit_count + totals.foreign_credit_count,
            format_minor(credit),
        ),
    ]


def _upload_lines(ctx: object) -> list:
    """What to do about an unbalanced batch; nothing to say about a balanced one."""
    word, book = ctx.prompts.word, ctx.ledger.book
    if book.settle_flags == "11":
        return []
    lines = [word("settle.uploaded", book.upload[2])]
    if book.upload[3]:
        lines.append(word("settle.denied", book.upload[3]))
    elif book.upload[0] > UPLOAD_ENDED:
        lines.append(word("settle.noend"))
    return lines + [word("settle.check")]


def _flag_lines(ctx: object, flags: str) -> list:
    word = ctx.prompts.word
    return [
        "%s: %s" % (word("settle.domestic"), word("settle.flag" + flags[:1])),
        "%s: %s" % (word("settle.foreign"), word("settle.flag" + flags[1:])),
    ]
