# SPDX-License-Identifier: MIT
"""Processing requirements: what the host asks for in digit 6 of its header (unionpay.md 1.1).

Remembered from an answer, done when the transaction is over and its slips are printed. The host
repeats itself until it has what it wants: what did not work is not tried again before the next
answer asks for it.
"""

from pos.txn import flows

_SIGN_ON = "3"


async def run(ctx: object) -> None:
    """Do what is asked for, and what the answers to that ask for, each thing once."""
    done = ""
    while ctx.requirement and ctx.requirement not in done:
        digit = ctx.requirement
        done += digit
        ctx.requirement = ""
        if not await flows.guard(ctx, _do(ctx, digit)) and digit == _SIGN_ON:
            ctx.requirement = _SIGN_ON  # nothing works before it
            return
    ctx.requirement = ""


async def _do(ctx: object, digit: str) -> None:
    if digit == _SIGN_ON:
        await flows.start(ctx, "resignon")
    elif digit == "1":
        from pos.txn import download

        ctx.note = await download.parameters(ctx)
    elif digit == "7":
        from pos.txn import download

        ctx.note = await download.hotlist(ctx)
    elif digit == "2":
        from pos.txn import status

        ctx.note = await status.upload(ctx)
    else:
        ctx.passed_over += digit
        ctx.log("requirement", digit)
        ctx.note = ctx.prompts.word("requirement.other", digit)
