# SPDX-License-Identifier: MIT
"""From a function's name to its flow, and what every flow does when it ends early."""

from pos.core.errors import Cancelled, CardError, HostDeclined, NoAnswer, PosError, PowerOff
from pos.txn.steps import error_word

# function: the module whose run(ctx, function) it is
_FLOWS = {
    "sale": "sale",
    "void": "void",
    "reprint": "reprint",
    "resettle": "reprint",
    "balance": "balance",
    "refund": "refund",
    "preauth": "sale",
    "preauthmore": "held",
    "preauthvoid": "held",
    "completion": "held",
    "advice": "held",
    "completionvoid": "void",
    "offline": "offline",
    "adjust": "adjust",
    "tip": "adjust",
    "transfer": "transfer",
    "query": "query",
    "params": "upkeep",
    "hotlist": "upkeep",
    "status": "upkeep",
    "echo": "upkeep",
}


def _flow(name: str) -> object:
    return __import__("pos.txn." + name, None, None, ("run",))


async def start(ctx: object, function: str) -> None:
    """Run the flow of a menu function. Imports on demand: a flow costs heap only while it runs."""
    if function in _FLOWS:
        await _flow(_FLOWS[function]).run(ctx, function)
    elif function == "settle":
        from pos.txn import settle

        await settle.run(ctx)
    elif function in ("signon", "resignon"):
        from pos.txn import signon

        await signon.sign_on_and_reverse(ctx)
        if function == "signon":
            await ctx.prompts.dismiss("signon.done")
    elif function == "signoff":
        from pos.txn import signon

        await signon.sign_off(ctx)
    elif function == "loadkeys":
        from pos.txn import loadkeys

        await loadkeys.run(ctx)


async def guard(ctx: object, flow: object) -> bool:
    """Await a flow; show why it ended early. True when it came to its end."""
    try:
        await flow
    except PowerOff:
        raise
    except Cancelled:
        return False
    except CardError as error:
        ctx.log("swipe", error.reason)
        ctx.prompts.beep("error")
        ctx.note = ctx.prompts.word(error.word)
        return False
    except PosError as error:
        await _explain(ctx, error)
        return False
    return True


async def _explain(ctx: object, error: PosError) -> None:
    prompts = ctx.prompts
    ctx.log("flow", error.reason)
    prompts.beep("error")
    if error.reason == "store.full":
        await prompts.dismiss("store.full", prompts.word("menu.settle") + " F3")
    elif isinstance(error, HostDeclined):
        await prompts.dismiss(
            "error", prompts.response(error.response), prompts.word("response", error.response)
        )
    else:
        hint = "retry" if isinstance(error, NoAnswer) else ""
        lines = [prompts.word(error_word(error))]
        await prompts.dismiss("error", *(lines + ([prompts.word(hint)] if hint else [])))
