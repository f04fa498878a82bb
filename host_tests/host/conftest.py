# SPDX-License-Identifier: MIT
"""Fixtures of the acquirer's tests."""

from collections.abc import Iterator

import pytest

from acquirer_sim.core import Acquirer
from fakes.mini_terminal import MiniTerminal, signed_on


@pytest.fixture
def terminal() -> Iterator[MiniTerminal]:
    """A terminal that is signed on, with an acquirer of its own."""
    made = signed_on()
    yield made
    made.acquirer.close()


@pytest.fixture
def acquirer(terminal: MiniTerminal) -> Acquirer:
    """The acquirer of that terminal."""
    return terminal.acquirer
