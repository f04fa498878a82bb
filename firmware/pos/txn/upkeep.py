# SPDX-License-Identifier: MIT
"""What operator and host exchange beside transactions: downloads, status, echo."""


async def run(ctx: object, function: str) -> None:
    """Carry out a function of the menu and tell its result."""
    await ctx.prompts.dismiss("download.done", await _done(ctx, function))


async def _done(ctx: object, function: str) -> str:
    if function in ("params", "hotlist"):
        from pos.txn import download

        return await (download.parameters if function == "params" else download.hotlist)(ctx)
    from pos.txn import status

    return await (status.upload if function == "status" else status.echo)(ctx)
