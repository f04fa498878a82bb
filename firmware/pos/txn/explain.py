# SPDX-License-Identifier: MIT
"""Why a flow ended early, in words an operator can act on."""

from pos.core.errors import CardError, HostDeclined, KeyStoreError, NoAnswer, NotSent, PosError


async def show(ctx: object, error: PosError) -> None:
    """Tell it until it is dismissed; an unreadable card on the next idle screen only."""
    prompts = ctx.prompts
    prompts.beep("error")
    if isinstance(error, CardError):
        ctx.log("swipe", error.reason)
        ctx.note = prompts.word(error.word)
        return
    ctx.log("flow", error.reason)
    if error.reason == "store.full":
        await prompts.dismiss("store.full", prompts.word("menu.settle") + " F3")
    elif isinstance(error, HostDeclined):
        await prompts.dismiss(
            "error", prompts.response(error.response), prompts.word("response", error.response)
        )
    else:
        lines = [prompts.word(_word(error))]
        if isinstance(error, NoAnswer):
            lines.append(prompts.word("retry"))
        await prompts.dismiss("error", *lines)


def _word(error: PosError) -> str:
    """Return the id of the words that tell what happened and what to do."""
    if isinstance(error, NotSent):
        known = error.reason == "cancelled" or error.reason.startswith("tls.")
        return error.reason if known else "link.down"
    if isinstance(error, NoAnswer):
        return "no.answer"
    if isinstance(error, KeyStoreError):
        return "key.bad"
    return error.reason
