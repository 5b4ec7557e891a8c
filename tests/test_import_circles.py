"""No module imports itself through others while it loads. Imports in functions or for type checking do not count."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

pytestmark = pytest.mark.standalone

SRC = Path(__file__).parents[1] / "src"


def test_no_module_imports_itself_through_others() -> None:
    modules = {name_of(path): path for path in SRC.rglob("*.py") if "migrations" not in path.parts}
    assert len(modules) > 100
    graph = {name: set(imports_of(path, modules)) - {name} for name, path in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"These import each other in a circle: {' ← '.join(error.args[1])}")


def test_a_circle_is_found() -> None:
    with pytest.raises(CycleError):
        TopologicalSorter({"feed": {"audience"}, "audience": {"feed"}}).prepare()


def name_of(path: Path) -> str:
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    """The modules of the project that a module imports when it is loaded."""
    for statement in loaded(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names if alias.name in modules)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            for alias in statement.names:
                submodule = f"{statement.module}.{alias.name}"
                if submodule in modules:
                    yield submodule
                elif statement.module in modules:
                    yield statement.module


def loaded(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run when a module is loaded: not those in functions, nor under `if TYPE_CHECKING`."""
    for statement in statements:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from loaded(statement.orelse)
        elif not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement
            for block in ("body", "orelse", "finalbody"):
                yield from loaded(getattr(statement, block, []))
            for handler in getattr(statement, "handlers", []):
                yield from loaded(handler.body)
