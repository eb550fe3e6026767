"""Words of the older generation in bodies: refused with the sentence that says how to go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from routilux_site.lib.errors import ErrorDetail, join_path
from templates_app.dsl.gone import STRATEGY_KEYS, strategy_is_gone
from templates_app.errors import TemplateError

#: Where templates stand in bodies. Inputs and configs are not looked into: their keys are whatever their authors like.
_PLACES = frozenset({"document", "overrides", "settings", "execution", "set"})
_MOST = 20


class ExecutionStrategy(TemplateError):
    code: ClassVar[str] = "execution-strategy"
    title: ClassVar[str] = "There are no execution strategies"


def refuse_retired(body: object) -> None:
    """Raises ExecutionStrategy when `body` asks how a flow should be run."""
    found = list(_retired(body, ""))[:_MOST]
    if found:
        raise ExecutionStrategy(found[0].message, path=found[0].path, errors=found)


def _retired(value: object, path: str) -> Iterator[ErrorDetail]:
    if not isinstance(value, Mapping):
        return
    for key, child in value.items():
        place = join_path(path, key)
        if key.removeprefix("settings.") in STRATEGY_KEYS:
            yield ErrorDetail(place, ExecutionStrategy.code, strategy_is_gone(key, child))
        elif key in _PLACES:
            yield from _retired(child, place)
        elif key == "nodes":
            yield from _in_nodes(child, place)


def _in_nodes(nodes: Any, path: str) -> Iterator[ErrorDetail]:
    for name, node in nodes.items() if isinstance(nodes, Mapping) else ():
        yield from _retired(node, join_path(path, name))
