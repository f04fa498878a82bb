# SPDX-License-Identifier: MIT
"""Pytest set-up: quick and full depth, and figures at the end of a run.

`make test` runs the quick form; `make test-full` sets ESPOS_FULL=1, which runs the tests marked
`slow` as well and gives hypothesis more examples. A test that proves something by counting says
so with `record_property("figures", line)`; the lines of those that passed end the run.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

FULL = os.environ.get("ESPOS_FULL") == "1"

settings.register_profile("quick", max_examples=50, deadline=None, derandomize=True)
settings.register_profile(
    "full", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("full" if FULL else "quick")


def pytest_collection_modifyitems(items: list) -> None:
    """Skip the slow tests of a quick run, saying how to get them."""
    if FULL:
        return
    skip = pytest.mark.skip(reason="slow: runs under `make test-full`")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: object) -> None:
    """Print the figures of the tests that passed."""
    passed = terminalreporter.getreports("passed")
    lines = [value for one in passed for name, value in one.user_properties if name == "figures"]
    if lines:
        terminalreporter.section("figures")
    for line in lines:
        terminalreporter.write_line(line)
