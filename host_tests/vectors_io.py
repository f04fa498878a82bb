# SPDX-License-Identifier: MIT
"""Test vectors, read the same way under CPython and MicroPython."""

import json

_FOLDER = __file__.rsplit("/", 1)[0] + "/vectors/"


def load(name: str) -> object:
    """Return the parsed JSON file `name` of host_tests/vectors."""
    with open(_FOLDER + name, "rb") as file:
        return json.load(file)


def load_bytes(name: str) -> bytes:
    """Return the raw content of the file `name` of host_tests/vectors."""
    with open(_FOLDER + name, "rb") as file:
        return file.read()
