# SPDX-License-Identifier: MIT
"""Checks who may import what (DESIGN.md section 1), from the syntax tree of every file.

Also three rules that pytest cannot see because CPython is kinder than the board: no module uses
another's `_private` names (MicroPython folds private constants away), no codec but UTF-8 is named,
and no `except` catches everything.

Usage: python tools/check/import_rules.py [ROOT]
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# A package of pos/ imports itself and what has a lower number; equal numbers never meet.
LEVELS = {
    "core": 0,
    "card": 1,
    "crypto": 1,
    "iso8583": 1,
    "receipt": 1,
    "retail": 1,
    "store": 2,
    "keystore": 3,
    "ledger": 3,
    "risk": 3,
    "acquirer": 4,
    "txn": 5,
    "ui": 5,
}
_HARDWARE = {"machine", "network", "esp32"}
_ASYNCIO_PACKAGES = {"acquirer", "txn", "ui"}
_ASYNCIO_FILES = {"pos/core/aio.py", "pos/app.py"}
# What MicroPython itself brings and both runtimes (or our stubs) have, plus the board's modules.
_BUILTIN = set(
    "array asyncio binascii collections cryptolib deflate errno framebuf gc hashlib io json math "
    "micropython os random re select socket ssl struct sys time tls vfs".split()
)
_COMPOSERS = {"boot.py", "main.py", "pos/app.py"}  # and boards/*: the only users of devices
_CODECS = {"encode": {"utf-8"}, "decode": {"utf-8"}}
_CODEC_TYPES = {"str": {"utf-8", "ascii"}, "bytes": {"utf-8", "ascii"}}


class Place:
    """Where a firmware file stands: `area` is pos, drivers, hal, boards; "" for boot and main."""

    def __init__(self, name: str) -> None:
        self.name = name  # below firmware/, or boards/<board>/...
        parts = name.split("/")
        self.area = parts[0] if len(parts) > 1 else ""
        self.package = parts[1] if self.area == "pos" and len(parts) > 2 else ""
        self.composes = name in _COMPOSERS or self.area == "boards"

    def asyncio_allowed(self) -> bool:
        """Waiting is for the outer layers; the rest is synchronous and pure."""
        return (
            self.name in _ASYNCIO_FILES
            or self.package in _ASYNCIO_PACKAGES
            or self.area in ("drivers", "hal", "boards")
        )

    def refuses(self, module: str) -> str:
        """Return why this file must not import `module`, or an empty string."""
        top, _, rest = module.partition(".")
        if top in _HARDWARE:
            return "" if self.area == "hal" else f"only hal/ imports {top}"
        if top == "asyncio":
            return "" if self.asyncio_allowed() else "asyncio is not for this package"
        if top in _BUILTIN:
            return ""
        if top in ("drivers", "hal"):
            return self._refuses_device(top)
        if top == "board":
            ok = self.area in ("", "boards")
            return "" if ok else "only boot.py and main.py import the board"
        if top == "pos":
            return self._refuses_pos(rest.split(".")[0])
        return f"{top} is not on the device"

    def _refuses_device(self, top: str) -> str:
        if self.composes or self.area == top or (self.area, top) == ("hal", "drivers"):
            return ""
        return f"only app.py, main.py and boards/ import {top}"

    def _refuses_pos(self, package: str) -> str:
        if self.composes or package == self.package:
            return ""
        if self.area in ("drivers", "hal"):
            return "" if package == "core" else f"{self.area} imports pos.core only"
        if package not in LEVELS:
            return f"pos.{package} is not a package a lower level may use"
        if self.package not in LEVELS:
            return f"pos/{self.package or self.name} has no level: add it to LEVELS"
        if LEVELS[package] < LEVELS[self.package]:
            return ""
        return f"{self.package} (L{LEVELS[self.package]}) imports {package} (L{LEVELS[package]})"


def imports(tree: ast.AST) -> Iterator[tuple[int, str, list[str]]]:
    """Yield (line, module, names) of every import, those inside functions and calls included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, []
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield node.lineno, module, [alias.name for alias in node.names]
        elif _calls(node, "__import__") and node.args and isinstance(node.args[0], ast.Constant):
            yield node.lineno, str(node.args[0].value), []


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _import_faults(place: Place, tree: ast.AST) -> Iterator[tuple[int, str]]:
    for line, module, names in imports(tree):
        if module.startswith("."):
            yield line, "relative import: write the full path"
            continue
        # `from pos import ledger` names the package only in the second half
        for full in [f"pos.{name}" for name in names] if module == "pos" else [module]:
            reason = place.refuses(full)
            if reason:
                yield line, f"imports {full}: {reason}"
        for name in names:
            if _is_private(name):
                yield line, f"imports {module}.{name}: private names are not in the .mpy file"
            elif name == "*":
                yield line, f"imports * from {module}"


def _module_names(tree: ast.AST) -> set[str]:
    """Return the local names that are modules for certain: those bound by `import`."""
    bound = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            bound |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            bound |= {a.asname or a.name for a in node.names if (a.asname or a.name).islower()}
    return bound


def _private_faults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    modules = _module_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_private(node.attr):
            if isinstance(node.value, ast.Name) and node.value.id in modules:
                yield node.lineno, f"uses {node.value.id}.{node.attr}: private to its module"


def _codec_faults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in _CODECS:
            allowed, names = _CODECS[node.func.attr], node.args[:1]
        elif isinstance(node.func, ast.Name) and node.func.id in _CODEC_TYPES:
            allowed, names = _CODEC_TYPES[node.func.id], node.args[1:2]
        else:
            continue
        for name in names:
            text = name.value if isinstance(name, ast.Constant) else None
            if isinstance(text, str) and text not in allowed:
                yield node.lineno, f"codec {text!r}: MicroPython has UTF-8 only"


def _except_faults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = {name.id for name in ast.walk(node.type or node) if isinstance(name, ast.Name)}
        if node.type is None:
            yield node.lineno, "bare except"
        elif "BaseException" in caught:
            yield node.lineno, "except BaseException: catches cancellation"


def check_firmware(name: str, source: str) -> list[tuple[int, str]]:
    """Return the faults of one firmware or board file as (line, text)."""
    tree = ast.parse(source, name)
    faults = list(_import_faults(Place(name), tree))
    for rule in (_private_faults, _codec_faults, _except_faults):
        faults += rule(tree)
    return sorted(faults)


def check_simulator(name: str, source: str) -> list[tuple[int, str]]:
    """Return the faults of one file of the acquirer simulator: it must not know the firmware."""
    forbidden = {"pos", "drivers", "hal", "board"}
    faults = []
    for line, module, names in imports(ast.parse(source, name)):
        reached = module == "posctl.firmware" or (module == "posctl" and "firmware" in names)
        if module.split(".")[0] in forbidden or reached:
            faults.append((line, f"imports {module}: the simulator is an independent witness"))
    return sorted(faults)


def check_tree(root: Path) -> list[str]:
    """Return every fault under `root` as `file:line: text`."""
    found = []
    for folder, base, check in (
        ("firmware", root / "firmware", check_firmware),
        ("boards", root, check_firmware),
        ("tools/acquirer_sim", root, check_simulator),
    ):
        for path in sorted((root / folder).rglob("*.py")):
            name = path.relative_to(base).as_posix()
            for line, text in check(name, path.read_text("utf-8")):
                found.append(f"{path.relative_to(root)}:{line}: {text}")
    return found


def main() -> int:
    """Print the faults of the tree; 1 when there is one."""
    faults = check_tree(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    for fault in faults:
        print(fault)
    print(f"import rules: {len(faults)} faults" if faults else "import rules: ok")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
