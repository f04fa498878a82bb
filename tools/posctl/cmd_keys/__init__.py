# SPDX-License-Identifier: MIT
"""`posctl keys`: components, ceremonies, key blocks, what a terminal or an acquirer holds.

A clear key is never shown or stored outside a key store; components are shown only where they are
made. This is a bench tool: a key that will guard money belongs in an HSM ceremony.
"""

import typer

from posctl.cmd_keys import audit, blocks, ceremony, load, rotate, terminal

app = typer.Typer()
for _part in (terminal, ceremony, load, blocks, audit, rotate):
    app.add_typer(_part.app)
