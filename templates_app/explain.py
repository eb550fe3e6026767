"""Why each field of a prototype has its value: what every layer says, whose word counts, who locks or bounds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from templates_app import catalog, fieldpaths, load
from templates_app.document import FLOW_FIELDS, ROUTINE_FIELDS
from templates_app.fieldpaths import ABSENT, MERGED_BY_KEY, Keys, show
from templates_app.fieldrules import Binding, Rule, bindings, broken, combine, sentence
from templates_app.models import Prototype
from templates_app.resolve import Layer, resolve

State = Literal["overridden", "inherited", "locked"]


@dataclass(frozen=True, slots=True)
class LayerValue:
    """What one layer says of a field: ABSENT where it says nothing; null is a value."""

    layer: str
    value: Any

    @property
    def is_set(self) -> bool:
        return self.value is not ABSENT

    def to_json(self) -> dict[str, Any]:
        return {"layer": self.layer, "set": self.is_set, **({"value": self.value} if self.is_set else {})}


@dataclass(frozen=True, slots=True)
class SetRule:
    """A rule that concerns a field: all of it, or a part of its value.

    `binds` tells whether it binds the prototype itself, or only what is below it.
    """

    layer: str
    path: str
    rule: Rule
    binds: bool
    is_whole: bool

    @property
    def is_lock(self) -> bool:
        return self.binds and self.is_whole and "locked" in self.rule

    def to_json(self) -> dict[str, Any]:
        told = {"layer": self.layer, "path": self.path, "binds": self.binds, "accepts": sentence(self.rule)}
        return {**told, "rule": dict(self.rule)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field. `origin` is the layer whose value counts, empty where none sets the field.

    `rule` is what all rules that bind the prototype here come to, None where it is free; `problem` says which of them
    is broken, by the prototype or by a layer above it.
    """

    path: str
    value: Any
    origin: str
    state: State
    layers: tuple[LayerValue, ...]
    rule: Rule | None = None
    rules: tuple[SetRule, ...] = ()
    problem: str = ""

    @property
    def is_set(self) -> bool:
        return self.value is not ABSENT

    @property
    def locked_by(self) -> str:
        """The first layer that locks this field for the prototype; empty where none does."""
        return next((found.layer for found in self.rules if found.is_lock), "")

    def to_json(self) -> dict[str, Any]:
        """`value` is left out where no layer sets the field: absent is not null."""
        return {
            "path": self.path,
            "set": self.is_set,
            **({"value": self.value} if self.is_set else {}),
            "layer": self.origin or None,
            "state": self.state,
            "locked_by": self.locked_by or None,
            "layers": [found.to_json() for found in self.layers],
            "rule": dict(self.rule) if self.rule else None,
            "rules": [found.to_json() for found in self.rules],
            "problem": self.problem or None,
        }


def explain(prototype: Prototype) -> list[Row]:
    """A row for each field of a routine or flow prototype, those of its nodes too, however many in as many queries.

    Paths are those of `reset` and `set_rule`: `config.timeout`, `max_workers`, `nodes.clean.config.timeout`.
    """
    if not prototype.is_flow:
        source = load.routine_source(prototype)
        return _rows(source.layers, _routine_fields(source.class_key))
    resolved = resolve(load.flow_sources([prototype.pk])[prototype.pk])
    rows = _rows(resolved.layers, {(name,) for name in FLOW_FIELDS})
    for name, node in resolved.nodes.items():
        rows += _rows(_without_twins(node.layers), _routine_fields(node.class_key), ("nodes", name))
    return rows


def _routine_fields(class_key: str) -> set[Keys]:
    """The fields that a routine of that class has, set or not."""
    config = catalog.get(class_key).cls.Config if class_key in catalog.names() else None
    names = [found.alias or name for name, found in config.model_fields.items()] if config else []
    return {(name,) for name in ROUTINE_FIELDS if name not in MERGED_BY_KEY} | {("config", name) for name in names}


def _without_twins(layers: Sequence[Layer]) -> list[Layer]:
    """What a root flow sets on its node, and the rules that it gives to that node, are one layer to whoever looks."""
    found: list[Layer] = []
    for layer in layers:
        twin = found.pop() if found and found[-1].name == layer.name else None
        found.append(Layer(layer.name, {**twin.own, **layer.own}, layer.rules) if twin else layer)
    return found


def _rows(layers: Sequence[Layer], known: set[Keys], under: Keys = ()) -> list[Row]:
    rules = [bound for layer in layers for bound in bindings(layer)]
    problems = {problem.path: problem.message for problem in broken(layers)}
    places = known | {keys for layer in layers for keys, _ in fieldpaths.fields(layer.own)}
    return [
        _row(keys, layers, _concerning(keys, rules, layers[-1].name, under), problems, under) for keys in sorted(places)
    ]


def _concerning(keys: Keys, rules: Sequence[Binding], me: str, under: Keys) -> tuple[SetRule, ...]:
    return tuple(
        SetRule(
            layer=bound.layer,
            path=show((*under, *bound.keys)),
            rule=bound.rule,
            binds=bound.layer != me,
            is_whole=len(bound.keys) <= len(keys),
        )
        for bound in rules
        if bound.concerns(keys)
    )


def _row(
    keys: Keys, layers: Sequence[Layer], rules: tuple[SetRule, ...], problems: Mapping[str, str], under: Keys
) -> Row:
    values = tuple(LayerValue(layer.name, fieldpaths.get(layer.own, keys)) for layer in layers)
    last = next((found for found in reversed(values) if found.is_set), None)
    binding = [found.rule for found in rules if found.binds and found.is_whole]
    inherited: State = "locked" if any("locked" in rule for rule in binding) else "inherited"
    return Row(
        path=show((*under, *keys)),
        value=last.value if last else ABSENT,
        origin=last.layer if last else "",
        state="overridden" if values[-1].is_set else inherited,
        layers=values,
        rule=combine(binding) if binding else None,
        rules=rules,
        problem=problems.get(show(keys), ""),
    )
