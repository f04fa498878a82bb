# SPDX-License-Identifier: MIT
"""Key loading 灌密钥: supervisor, key loader on the key port, after a TMK a new sign-on.

Chosen at the terminal, from the idle screen only, so nobody at the other end of the line can begin
it. It ends with a stored key, with CANCEL, when the loader leaves, or when nothing comes for three
minutes; only the first of these changes a key.
"""

from micropython import const

from pos.core.errors import Cancelled, Refused
from pos.txn import signon

_PATIENCE_S = const(180)  # for a custodian who types 32 digits


async def run(ctx: object, function: str) -> None:
    """Let a key loader in. Refused: no key port, wrong password, or the time is up."""
    prompts = ctx.prompts
    port = prompts.board.key_port
    if port is None:
        raise Refused("keys.noport")
    await prompts.password(ctx.profile.supervisor_password)
    role, kcv = await _attend(ctx, port)
    if role == "TMK":
        ctx.signed_on = ctx.signed_off = False
    prompts.beep("ok")
    await prompts.dismiss("keys.done", "%s %s" % (role, kcv))
    if role == "TMK":
        await signon.sign_on_and_reverse(ctx)


async def _attend(ctx: object, port: object) -> tuple:
    """Return role and check value of what was stored; the loader has no way in after this."""
    from pos.keystore.loading import Loading

    loading = port.loader = Loading(ctx.keys, ctx.profile.algorithm)
    try:
        await _wait(ctx.prompts, loading)
        return loading.stored
    finally:
        port.loader = None
        loading.wipe()


async def _wait(prompts: object, loading: object) -> None:
    """Show how far the loader is, until a key is stored."""
    shown = None
    left_s = _PATIENCE_S
    while not loading.stored:
        if loading.over:
            raise Cancelled("loader left")
        if shown != len(loading.shown):
            shown = len(loading.shown)
            left_s = _PATIENCE_S
            prompts.show("keys.load", *_lines(prompts, loading.shown))
        event = await prompts.event(1)
        if event == ("key", "CANCEL"):
            raise Cancelled("cancel")
        if event is None:
            left_s -= 1
        if not left_s:
            raise Refused("timeout")


def _lines(prompts: object, components: list) -> list:
    lines = [prompts.word("keys.part", number, kcv) for number, kcv in components]
    return (lines or [prompts.word("keys.wait")]) + [prompts.word("keys.bench")]
