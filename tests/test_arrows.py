"""The arrows of the house: who may know whom. Read from the source, so that no import has to run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# From the roof to the ground: each room may know those after it.
ROOMS = ("routilux_site", "jobs", "templates_app", "templates_app/routines", "routilux_site/lib")
PLAIN_PYTHON = (
    "templates_app/routines",
    "templates_app/graph",
    "templates_app/spec.py",
    "jobs/runtime/router.py",
    "routilux_site/lib/strict_json.py",
    "routilux_site/lib/errors.py",
)
FRAMEWORKS = frozenset({"django", "rest_framework", "django_q", "drf_spectacular"})
# Raw SQL lives in the hot path, in the broker, in migrations, and where the ORM cannot say it: in the recursive walk
# along parents, and in the writes of a save that a thousand flows follow.
RAW_SQL = ("jobs/runtime/store", "jobs/runtime/broker.py", "templates_app/lineage.py", "templates_app/bulk.py")
SQL_METHODS = frozenset({"cursor", "execute", "executemany", "raw"})


def sources(*roots: str) -> list[Path]:
    found: list[Path] = []
    for root in roots:
        place = ROOT / root
        found += [place] if place.is_file() else sorted(place.rglob("*.py"))
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room(path: str) -> str | None:
    """The innermost room that a path or a dotted module lies in."""
    inside = [place for place in ROOMS if path == place or path.startswith(f"{place}/") or path == f"{place}.py"]
    return max(inside, key=len, default=None)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}:{node.lineno} imports relatively"
            # `from a import b` may mean the module a.b
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


OURS = [name(path) for path in sources("routilux_site", "jobs", "templates_app")]


@pytest.mark.parametrize("path", OURS)
def test_it_knows_only_rooms_further_down(path: str) -> None:
    here = room(path)
    assert here is not None
    wrong = [
        f"{path}:{line} {module}"
        for line, module in imports(ROOT / path)
        if (there := room(module.replace(".", "/"))) and ROOMS.index(there) < ROOMS.index(here)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", OURS)
def test_it_does_not_lean_on_the_samples(path: str) -> None:
    assert not [module for _, module in imports(ROOT / path) if module.split(".")[0] == "samples"]


@pytest.mark.parametrize("path", [name(path) for path in sources(*PLAIN_PYTHON)])
def test_it_is_plain_python(path: str) -> None:
    wrong = [f"{path}:{line} {module}" for line, module in imports(ROOT / path) if module.split(".")[0] in FRAMEWORKS]
    assert wrong == []


def speaks_sql(call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr in SQL_METHODS
    return isinstance(function, ast.Name) and function.id == "RawSQL"


@pytest.mark.parametrize("path", OURS)
def test_it_leaves_sql_to_those_who_may(path: str) -> None:
    if path.startswith(RAW_SQL) or "/migrations/" in path:
        return
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    wrong = [f"{path}:{node.lineno}" for node in ast.walk(tree) if isinstance(node, ast.Call) and speaks_sql(node)]
    assert wrong == []


@pytest.mark.parametrize("path", OURS)
def test_it_never_imports_code_by_a_stored_name(path: str) -> None:
    banned = frozenset({"eval", "exec", "import_string", "__import__"})
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {
        function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "") for function in calls
    }
    assert not names & banned


def test_it_keeps_the_roof_package_empty() -> None:
    assert (ROOT / "routilux_site" / "__init__.py").read_text() == ""


def test_it_looks_at_all_rooms() -> None:
    assert {room(path) for path in OURS} == set(ROOMS)
