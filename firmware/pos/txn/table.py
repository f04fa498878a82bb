# SPDX-License-Identifier: MIT
"""Which module of this package has the `run(ctx, function)` of a function of the menu."""

_MODULES = (
    " sale:sale preauth:sale void:void completionvoid:void reprint:reprint resettle:reprint"
    " balance:balance refund:refund preauthmore:held preauthvoid:held completion:held advice:held"
    " offline:offline adjust:adjust tip:adjust transfer:transfer query:query params:upkeep"
    " hotlist:upkeep status:upkeep echo:upkeep settle:settle signon:working resignon:working"
    " signoff:working loadkeys:loadkeys "
)


def module(function: str) -> str:
    """Return the module's name; KeyError when there is no such function."""
    start = _MODULES.find(" %s:" % function)
    if start < 0:
        raise KeyError(function)
    return _MODULES[start + len(function) + 2 : _MODULES.find(" ", start + 1)]
