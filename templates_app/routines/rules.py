"""Conditions as data: `{"path": "user.age", "op": "ge", "value": 18}`, joined by all, any and not.

Total, pure and linear in the size of rule and data: no input makes a rule raise, call anything or run long.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from routilux_site.lib.errors import join_path
from routilux_site.lib.strict_json import Json
from templates_app.routines import paths
from templates_app.routines.errors import PathError, RuleError
from templates_app.routines.text import listed, shorten, suggestion

MAX_DEPTH = 8
MAX_LEAVES = 64
JOINTS = ("all", "any", "not")
TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a rule answered what it did: one line of text for each part."""

    text: str
    result: bool
    parts: tuple[Trace, ...] = ()

    def lines(self, indent: str = "") -> Iterator[str]:
        yield f"{indent}{self.text} → {str(self.result).lower()}"
        for part in self.parts:
            yield from part.lines(indent + "  ")


class Rule(ABC):
    """A parsed rule: reusable, and free of state."""

    @abstractmethod
    def matches(self, data: Json) -> bool: ...

    @abstractmethod
    def explain(self, data: Json) -> Trace: ...

    @abstractmethod
    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Comparison(Rule):
    """One comparison. What is missing satisfies no operator, and only `ne` is true of values of two types."""

    path: str
    segments: paths.Segments
    op: str
    value: Json

    def matches(self, data: Json) -> bool:
        found = paths.get(data, self.segments)
        return found is not paths.MISSING and OPERATORS[self.op](found, self.value)

    def explain(self, data: Json) -> Trace:
        found = paths.get(data, self.segments)
        seen = "missing" if found is paths.MISSING else shorten(found)
        wanted = "" if self.op == "exists" else f" {shorten(self.value)}"
        return Trace(f"{self.path or 'item'} ({seen}) {self.op}{wanted}", self.matches(data))

    def to_json(self) -> dict[str, Any]:
        leaf = {"path": self.path, "op": self.op}
        return leaf if self.op == "exists" else {**leaf, "value": self.value}


@dataclass(frozen=True, slots=True)
class Joint(Rule):
    """`all` of its parts, `any` of them, or `not` its only one."""

    kind: str
    parts: tuple[Rule, ...]

    def matches(self, data: Json) -> bool:
        return self._join(part.matches(data) for part in self.parts)

    def explain(self, data: Json) -> Trace:
        parts = tuple(part.explain(data) for part in self.parts)
        return Trace(self.kind, self._join(part.result for part in parts), parts)

    def to_json(self) -> dict[str, Any]:
        parts = [part.to_json() for part in self.parts]
        return {self.kind: parts[0] if self.kind == "not" else parts}

    def _join(self, results: Iterator[bool]) -> bool:
        if self.kind == "not":
            return not next(results)
        return all(results) if self.kind == "all" else any(results)


def parse(rule: object, path: str = "") -> Rule:
    """The rule that JSON means; raises RuleError, whose path starts with `path`: `rule.all.1.op`."""
    leaves = iter(range(MAX_LEAVES))
    return _parse(rule, path, MAX_DEPTH, leaves)


def validate(rule: object, path: str = "") -> None:
    """Raise RuleError unless `rule` is one."""
    parse(rule, path)


def evaluate(rule: object, data: Json) -> bool:
    """Parse and answer; parse once and use `matches` where the same rule meets many items."""
    return parse(rule).matches(data)


def explain(rule: object, data: Json) -> Trace:
    return parse(rule).explain(data)


def kind_of(value: object) -> str:
    """`null`, `boolean`, `number`, `string`, `array` or `object`: what may be compared with what."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1, but 1 is 1.0, at any depth."""
    if kind_of(one) != kind_of(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Order is known among numbers and among texts (by code point), and among nothing else."""

    def decide(found: Any, value: Any) -> bool:
        kind = kind_of(found)
        return kind in ("number", "string") and kind == kind_of(value) and compare(found, value)

    return decide


def _contains(found: Any, value: Any) -> bool:
    if isinstance(found, list):
        return any(same(one, value) for one in found)
    return isinstance(value, str) and isinstance(found, str | dict) and value in found


def _is_type(found: Any, value: Any) -> bool:
    return kind_of(found) == value or (value == "integer" and isinstance(found, int) and not isinstance(found, bool))


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": same,
    "ne": lambda found, value: not same(found, value),
    "lt": _ordered(operator.lt),
    "le": _ordered(operator.le),
    "gt": _ordered(operator.gt),
    "ge": _ordered(operator.ge),
    "in": lambda found, value: any(same(found, one) for one in value),
    "contains": _contains,
    "exists": lambda found, value: True,
    "starts_with": lambda found, value: isinstance(found, str) and found.startswith(value),
    "is_type": _is_type,
}


def _parse(rule: object, path: str, depth: int, leaves: Iterator[int]) -> Rule:
    if not isinstance(rule, dict):
        example = '{"path": "age", "op": "ge", "value": 18}'
        raise RuleError(f"{shorten(rule)} is not a rule: an object like {example} is accepted.", path=path)
    if depth == 0:
        raise RuleError(f"Nested too deeply: at most {MAX_DEPTH} levels are accepted.", path=path)
    joint = next((kind for kind in JOINTS if kind in rule), None)
    if joint is None:
        return _parse_test(rule, path, leaves)
    if len(rule) > 1:
        raise RuleError(f'"{joint}" stands beside other keys: put them into a rule of their own.', path=path)
    return Joint(joint, tuple(_parse_parts(joint, rule[joint], join_path(path, joint), (depth - 1, leaves))))


def _parse_parts(joint: str, parts: object, path: str, budget: tuple[int, Iterator[int]]) -> Iterator[Rule]:
    if joint == "not":
        yield _parse(parts, path, *budget)
        return
    if not isinstance(parts, list) or not parts:
        raise RuleError(f"{shorten(parts)} is not accepted: a list of at least one rule is.", path=path)
    for index, part in enumerate(parts):
        yield _parse(part, join_path(path, index), *budget)


def _parse_test(rule: dict[Any, Any], path: str, leaves: Iterator[int]) -> Comparison:
    if next(leaves, None) is None:
        raise RuleError(f"More than {MAX_LEAVES} comparisons: at most so many are accepted.", path=path)
    _check_keys(rule, path)
    op = rule["op"]
    if not isinstance(op, str) or op not in OPERATORS:
        hint = suggestion(op, OPERATORS) if isinstance(op, str) else ""
        message = f"{shorten(op)} is no operator.{hint} Accepted: {listed(OPERATORS)}."
        raise RuleError(message, path=join_path(path, "op"))
    _check_value(op, rule, path)
    return Comparison(rule["path"], _segments(rule["path"], path), op, rule.get("value"))


def _check_keys(rule: dict[Any, Any], path: str) -> None:
    for key in rule:
        if key not in ("path", "op", "value"):
            hint = suggestion(str(key), ("path", "op", "value", *JOINTS))
            accepted = 'path, op and value, or one of "all", "any", "not"'
            raise RuleError(f"A rule has no key {shorten(key)}.{hint} Accepted: {accepted}.", path=path)
    for key in ("path", "op"):
        if key not in rule:
            raise RuleError(
                'Required, but not given: a comparison has "path", "op" and mostly "value".', path=join_path(path, key)
            )


def _segments(text: object, path: str) -> paths.Segments:
    place = join_path(path, "path")
    if not isinstance(text, str):
        raise RuleError(f"{shorten(text)} is not a path: a text like user.age is accepted.", path=place)
    try:
        return paths.parse(text)
    except PathError as error:
        raise RuleError(error.message, path=place) from None


def _check_value(op: str, rule: dict[Any, Any], path: str) -> None:
    place = join_path(path, "value")
    if op == "exists":
        if rule.get("value", True) is not True:
            raise RuleError('"exists" takes no value: put it into {"not": ...} to ask for absence.', path=place)
        return
    if "value" not in rule:
        raise RuleError(f'Required, but not given: "{op}" compares with a value.', path=place)
    value = rule["value"]
    problem = _value_problem(op, value)
    if problem:
        raise RuleError(f'{shorten(value)} is not accepted: "{op}" compares with {problem}.', path=place)


def _value_problem(op: str, value: object) -> str:
    if op == "in" and not isinstance(value, list):
        return "a list of values"
    if op == "starts_with" and not isinstance(value, str):
        return "a text"
    if op in ("lt", "le", "gt", "ge") and kind_of(value) not in ("number", "string"):
        return "a number or a text"
    if op == "is_type" and value not in TYPES:
        return f"one of {listed(TYPES)}"
    return ""
