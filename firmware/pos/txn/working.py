# SPDX-License-Identifier: MIT
"""Sign-on and sign-off at the request of the operator, or of the host ("resignon")."""


async def run(ctx: object, function: str) -> None:
    """Carry one of them out. Refused, NotSent, NoAnswer and HostDeclined pass."""
    from pos.txn import signon

    if function == "signoff":
        await signon.sign_off(ctx)
        return
    await signon.sign_on_and_reverse(ctx)
    if function == "signon":
        await ctx.prompts.dismiss("signon.done")
