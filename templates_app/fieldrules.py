"""Locks and bounds: what a prototype forbids the layers below it - variants, nodes that use it, launches. Pure.

A rule stands at the path of a field (`config.timeout`), of a part of it (`policy.min_batch_size`) or, for a lock, of
a group of fields (`config`, `nodes.clean`). It binds whoever comes after the layer that sets it, not that layer itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from routilux_site.lib import strict_json
from routilux_site.lib.errors import join_path
from templates_app import fieldpaths
from templates_app.fieldpaths import ABSENT, Keys
from templates_app.problems import Problem
from templates_app.routines.text import listed, shorten

Rule = Mapping[str, Any]
Rules = Mapping[str, Rule]

ACCEPTED = '{"locked": true}, {"min": 1, "max": 500} with one or both of these, or {"one_of": ["a", "b"]}'
MAX_CHOICES = 100
_NO_RULES: Rules = {}


class RuledLayer(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def own(self) -> Mapping[str, Any]: ...
    @property
    def rules(self) -> Rules: ...


@dataclass(frozen=True, slots=True)
class Binding:
    """A rule together with the layer that sets it."""

    layer: str
    keys: Keys
    rule: Rule

    @property
    def is_lock(self) -> bool:
        return "locked" in self.rule

    def concerns(self, field: Keys) -> bool:
        shared = min(len(field), len(self.keys))
        return field[:shared] == self.keys[:shared]


def bindings(layer: RuledLayer) -> list[Binding]:
    return [Binding(layer.name, fieldpaths.parse(path) if path else (), rule) for path, rule in layer.rules.items()]


def rules_of_settings(rules: Rules) -> Rules:
    return {path: rule for path, rule in rules.items() if not _of_nodes(path)} if rules else _NO_RULES


def rules_of_node(rules: Rules, node: str) -> Rules:
    """The rules of a flow for one of its nodes, with paths as seen from the node; "" stands for all of it."""
    if not rules:
        return _NO_RULES
    found = ((fieldpaths.parse(path), rule) for path, rule in rules.items() if _of_nodes(path))
    return {fieldpaths.show(keys[2:]): rule for keys, rule in found if keys[:2] in (("nodes",), ("nodes", node))}


def _of_nodes(path: str) -> bool:
    return path == "nodes" or path.startswith(("nodes.", "nodes["))


def broken(layers: Sequence[RuledLayer]) -> Iterator[Problem]:
    """Where a layer sets what one before it forbids; layers come root first."""
    if not any(layer.rules for layer in layers):
        return
    binding: list[Binding] = []
    for index, layer in enumerate(layers):
        for bound in binding:
            yield from _breaches(bound, layer, layers[:index])
        binding += bindings(layer)


def _breaches(bound: Binding, layer: RuledLayer, above: Sequence[RuledLayer]) -> Iterator[Problem]:
    for field, value in fieldpaths.fields(layer.own):
        if bound.concerns(field):
            part = bound.keys[len(field) :]
            yield from _breach(bound, fieldpaths.show(field + part), fieldpaths.get(value, part), field, above)


def _breach(bound: Binding, path: str, value: Any, field: Keys, above: Sequence[RuledLayer]) -> Iterator[Problem]:
    told = "Nothing" if value is ABSENT else shorten(value)
    if bound.is_lock:
        is_part = len(bound.keys) > len(field)
        if not (is_part and fieldpaths.same(value, _inherited(above, field, bound.keys))):
            message = f"{told} is not accepted: ‘{bound.layer}’ locks this. Reset it to inherited."
            yield Problem(path, "locked", message)
    elif value is not ABSENT and not is_within(value, bound.rule):
        message = f"{told} is not accepted: ‘{bound.layer}’ accepts {sentence(bound.rule)} here."
        yield Problem(path, "out-of-bounds", message)


def _inherited(above: Iterable[RuledLayer], field: Keys, keys: Keys) -> Any:
    found: Any = ABSENT
    for layer in above:
        if fieldpaths.get(layer.own, field) is not ABSENT:
            found = fieldpaths.get(layer.own, keys)
    return found


def is_within(value: Any, rule: Rule) -> bool:
    """Whether bounds accept `value`; a null is no number, so that it does not slip through them."""
    if "one_of" in rule:
        return any(fieldpaths.same(value, choice) for choice in rule["one_of"])
    if not _is_number(value):
        return False
    return bool(rule.get("min", value) <= value <= rule.get("max", value))


def sentence(rule: Rule) -> str:
    """`1 to 500`, `at least 1`, `one of 'a' and 'b'`, `no change`: what a rule accepts."""
    if "locked" in rule:
        return "no change"
    if "one_of" in rule:
        return f"one of {listed([strict_json.dumps(choice) for choice in rule['one_of']])}"
    if "min" in rule and "max" in rule:
        return f"{rule['min']} to {rule['max']}"
    return f"at least {rule['min']}" if "min" in rule else f"at most {rule['max']}"


def combine(rules: Iterable[Rule]) -> Rule:
    """One rule that accepts what all of `rules` accept; nothing to choose from is a lock."""
    known = list(rules)
    if any("locked" in rule for rule in known):
        return {"locked": True}
    bounds = {name: pick(rule[name] for rule in known if name in rule) for name, pick in _picks(known)}
    choices = [rule["one_of"] for rule in known if "one_of" in rule]
    if not choices:
        return bounds if bounds.get("min", 0) <= bounds.get("max", bounds.get("min", 0)) else {"locked": True}
    left = [c for c in choices[0] if all(is_within(c, rule) for rule in known)]
    return {"one_of": left} if left else {"locked": True}


def _picks(rules: Sequence[Rule]) -> Iterator[tuple[str, Any]]:
    yield from ((name, pick) for name, pick in (("min", max), ("max", min)) if any(name in rule for rule in rules))


def combined(layers: Iterable[RuledLayer]) -> dict[str, Rule]:
    """The rules of all layers as those of one."""
    found: dict[str, list[Rule]] = {}
    for layer in layers:
        for path, rule in layer.rules.items():
            found.setdefault(path, []).append(rule)
    return {path: combine(rules) for path, rules in found.items()}


def rule_problems(rule: object, path: str = "rule") -> Iterator[Problem]:
    """What is wrong with the shape of a rule."""
    strict_json.check(rule, path=path)
    if not isinstance(rule, dict) or not _has_shape(rule):
        yield Problem(path, "invalid-rule", f"{shorten(rule)} is not accepted as a rule: {ACCEPTED} is, or null.")
    elif "one_of" not in rule and rule.get("min", 0) > rule.get("max", rule.get("min", 0)):
        message = f"min {rule['min']} is above max {rule['max']}: nothing could be within."
        yield Problem(join_path(path, "min"), "invalid-rule", message)


def _has_shape(rule: dict[str, Any]) -> bool:
    if rule.keys() == {"locked"}:
        return rule["locked"] is True
    if rule.keys() == {"one_of"}:
        return isinstance(rule["one_of"], list) and 0 < len(rule["one_of"]) <= MAX_CHOICES
    return bool(rule) and rule.keys() <= {"min", "max"} and all(map(_is_number, rule.values()))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
