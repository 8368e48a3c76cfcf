"""What of ours can be called from outside, read out of the source: models, methods, routes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ADDONS = Path(__file__).resolve().parents[3] / "addons"
SUITE = ("optics_core", "optics_kkt_driver", "optics_ofd_mock", "optics_pos_ru54fz")


class Method(NamedTuple):
    model: str
    name: str


class Route(NamedTuple):
    verb: str
    path: str


class Surface(NamedTuple):
    models: frozenset[str]
    """Those that our addons define."""
    public: frozenset[Method]
    private: frozenset[Method]
    routes: frozenset[Route]


def surface() -> Surface:
    models: set[str] = set()
    methods: set[Method] = set()
    for node in _classes("models", "wizard"):
        names = _strings(node, "_name") or _strings(node, "_inherit")
        models.update(_strings(node, "_name"))
        methods |= {
            Method(model, part.name)
            for model in names
            for part in node.body
            if isinstance(part, ast.FunctionDef) and not part.name.startswith("__")
        }
    private = {method for method in methods if method.name.startswith("_")}
    return Surface(
        frozenset(models), frozenset(methods - private), frozenset(private), frozenset(_routes())
    )


def _classes(*folders: str) -> Iterator[ast.ClassDef]:
    for addon in SUITE:
        for folder in folders:
            for path in sorted((ADDONS / addon / folder).glob("*.py")):
                yield from (
                    node
                    for node in ast.parse(path.read_text()).body
                    if isinstance(node, ast.ClassDef)
                )


def _strings(node: ast.ClassDef, name: str) -> list[str]:
    """The text, or the texts, that a class attribute is."""
    for part in node.body:
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == name:
            return [
                leaf.value
                for leaf in ast.walk(part.value)
                if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
            ]
    return []


def _routes() -> Iterator[Route]:
    for node in _classes("controllers"):
        for call in ast.walk(node):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "json_route"):
                continue
            verbs = [
                ast.literal_eval(each.value) for each in call.keywords if each.arg == "methods"
            ]
            paths = [path for argument in call.args for path in _paths(argument)]
            for path in paths:
                yield from (Route(verb, path) for verb in (verbs or [["GET"]])[0])


def _paths(node: ast.expr) -> list[str]:
    """The paths that a route's argument is: one, several, or a name of the controllers."""
    if isinstance(node, ast.Starred):
        return [str(path) for path in ast.literal_eval(node.value)]
    if isinstance(node, ast.Name):
        return [_constants()[node.id]]
    return [str(ast.literal_eval(node))]


@cache
def _constants() -> dict[str, str]:
    """Texts that the controllers give a name."""
    return {
        ast.unparse(node.targets[0]): node.value.value
        for path in sorted(ADDONS.glob("*/controllers/*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
