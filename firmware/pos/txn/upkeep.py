# SPDX-License-Identifier: MIT
"""What operator and host exchange beside transactions: downloads, status, echo, sign-off."""


async def run(ctx: object, function: str) -> None:
    """Carry out a function of the menu and tell its result."""
    await ctx.prompts.dismiss("download.done", await _done(ctx, function))


async def _done(ctx: object, function: str) -> str:
    if function in ("params", "hotlist"):
        from pos.txn import download

        return await (download.parameters if function == "params" else download.hotlist)(ctx)
    from pos.txn import status

    return await (status.upload if function == "status" else status.echo)(ctx)


async def after_settlement(ctx: object) -> None:
    """Sign off, where the profile says so."""
    from pos.core import options

    if options.value(ctx.profile, "auto_signoff"):
        from pos.txn import signon

        await signon.sign_off(ctx)
