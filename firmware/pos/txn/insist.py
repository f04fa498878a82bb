# SPDX-License-Identifier: MIT
"""Messages that change nothing when they come twice are sent again when nobody answers."""

from pos.core.errors import HostDeclined, NoAnswer

_SIGN_ON_AGAIN = "77"


async def until_answered(ctx: object, send: object) -> object:
    """Return what `send()` brings, tried as often as a reversal; what the last try raised passes.

    NotSent passes at once: there is no line, and the operator can see to that.
    """
    tries = ctx.profile.reversal_tries
    while True:
        tries -= 1
        try:
            return await send()
        except NoAnswer as error:
            if not tries:
                raise
            ctx.log("again", error.reason)
        except HostDeclined as error:
            if error.response != _SIGN_ON_AGAIN or not tries:
                raise
            await _sign_on(ctx)


async def _sign_on(ctx: object) -> None:
    from pos.txn.signon import sign_on_quietly

    shown = ctx.prompts.state()
    await sign_on_quietly(ctx)
    ctx.prompts.restore(shown)
