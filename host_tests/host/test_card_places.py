# SPDX-License-Identifier: MIT
"""The places that the modules of the beam share: constants that viper cannot import."""

import ast
from pathlib import Path
from types import ModuleType

from pos.card import beam, beam_merge, beam_step, chars

MODULES = (beam, beam_step, beam_merge)


def constants(module: ModuleType) -> dict[str, int]:
    """Return every `NAME = const(...)` of a module with its value."""
    tree = ast.parse(Path(module.__file__).read_text())
    names = [
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "const"
    ]
    return {name: getattr(module, name) for name in names}


def test_shared_names_have_equal_values() -> None:
    values: dict[str, set[int]] = {}
    uses: dict[str, int] = {}
    for module in MODULES:
        for name, value in constants(module).items():
            name = "_" + name.lstrip("_")
            values.setdefault(name, set()).add(value)
            uses[name] = uses.get(name, 0) + 1
    assert {name: each for name, each in values.items() if len(each) > 1} == {}
    shared = {name for name, count in uses.items() if count > 1}
    assert {"_SIZE", "_KEY", "_NODE", "_ALT", "_CHAR", "_SPREAD", "_MOST_NODES"} <= shared
    assert len(shared) > 30


def test_places_of_a_record_and_of_the_state_are_told_apart() -> None:
    step = constants(beam_step)
    record = "COST DUE CELL SKEW KEY HASH PREVIOUS RIVAL NODE REPAIRS FLAGS NOISE CHAR ALT"
    assert [step[f"_{name}"] for name in record.split()] == list(range(step["_SIZE"]))
    state = "NOW NEXT MANY FIRST BITS LIMIT START STIFF NODES ALTS BEST SEEN MANY_ENDS GAINS"
    every = {**constants(beam_merge), **step}
    assert [every[f"_{name}"] for name in state.split()] == list(range(14))
    assert step["_GAINS"] + 5 <= step["_END"]


def test_readings_end_where_the_records_begin() -> None:
    step = constants(beam_step)
    records = step["_END"] + step["_MOST_ENDS"] * step["_END_SIZE"]
    assert constants(beam)["_RECORDS"] == records
    state, nodes, alternatives = beam.buffers()
    assert len(state) == records + 2 * step["_WIDTH"] * step["_SIZE"]
    assert len(nodes) == step["_MOST_NODES"] <= 1 << 10  # ten bits in a node
    assert len(alternatives) == constants(beam_merge)["_MOST_ALTS"] <= 1 << 10


def test_tables_stand_where_the_step_looks() -> None:
    step = constants(beam_step)
    assert len(chars.ODD) == step["_WAYS"]
    assert len(chars.ODD + beam._WAYS) == step["_PRIORS"]
    assert len(beam._PRIORS_5) == 16
    assert len(beam._PRIORS_7) == 64


def test_same_rules_as_the_first_stage() -> None:
    step = constants(beam_step)
    first = constants(chars)
    assert step["_MIN_CHARS"] == first["_MIN_CHARS"]
    assert step["_QUIET"] == first["_QUIET_BITS"]
