"""The schema of a document: which keys stand where, and what they mean in the words of the verbs. Pure.

It is the schema of the original library (`flow_id`, `routines`, `connections`, `execution`), with what that one lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from routilux_site.lib.errors import join_path
from templates_app import fieldpaths, fieldrules
from templates_app.document import (
    PORT,
    ROUTINE_FIELDS,
    accepted_names,
    flow_draft,
    routine_own,
    variant_of_document,
)
from templates_app.dsl.gone import STRATEGY_KEYS, STRATEGY_KEYS_OF_EXECUTION, strategy_is_gone
from templates_app.dsl.places import place_of
from templates_app.dsl.template import ABOUT, BESIDE, EXECUTION, Kind, Template
from templates_app.naming import About
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.routines.text import shorten

NODE = ("class", *ROUTINE_FIELDS)
FLOW_CONTENT = ("routines", "connections", *BESIDE, "execution")
OVERRIDES = ("routines", *BESIDE, "execution")


class _Told:
    """Gathers what is wrong, so that one reading tells all of it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, path: str, value: object, accepted: str) -> None:
        self.say(path, "invalid-value", f"{shorten(value)} is not accepted here: {accepted} is.")

    def say(self, path: str, code: str, message: str) -> None:
        self.problems.append(Problem(path, code, message))

    def keys(self, value: Any, path: str, accepted: Collection[str], gone: Collection[str] = STRATEGY_KEYS) -> Any:
        """`value` without the keys that are refused; {} for what is no object."""
        if not isinstance(value, dict):
            self.wrong(path, value, "an object")
            return {}
        for key in value.keys() - set(accepted):
            self._unknown(join_path(path, key), key, value[key], accepted, gone)
        return {key: child for key, child in value.items() if key in accepted}

    def _unknown(self, path: str, key: str, value: object, accepted: Iterable[str], gone: Collection[str]) -> None:
        if key in gone:
            self.say(path, "execution-strategy", strategy_is_gone(key, value))
        elif key in EXECUTION:
            self.say(path, "unknown-field", f"Unknown field. {key!r} stands under `execution` of a flow.")
        else:
            self.say(path, "unknown-field", f"Unknown field. {accepted_names(key, accepted)}")

    def checked(self, check: Callable[[Any], object], content: Any, place: Callable[[str], str]) -> None:
        try:
            check(content)
        except Refused as refused:
            self.problems += (Problem(place(one.path), one.code, one.message) for one in refused.errors)


def parse(value: object, *, name: str = "") -> Template:
    """The template that a document means; raises Refused with all that is wrong. `name` is for one that says none."""
    told = _Told()
    if not isinstance(value, dict):
        raise Refused([Problem("", "invalid-value", f"{shorten(value)} is not accepted: a template is an object.")])
    kind = _kind(value, told)
    template = (_flow if kind == "flow" else _routine)(value, name, told) if kind else None
    if told.problems or template is None:
        raise Refused(sorted(told.problems, key=lambda problem: problem.path))
    return template


def _kind(value: Mapping[str, Any], told: _Told) -> Kind | None:
    stated = value.get("kind")
    if "kind" not in value and ("flow_id" in value or "routines" in value):
        return "flow"
    if stated == "flow":
        return "flow"
    if stated == "routine":
        return "routine"
    if "kind" in value:
        told.wrong("kind", stated, 'one of "flow" and "routine"')
    else:
        told.say("kind", "missing", 'Required: "flow" or "routine". A document with `routines` is a flow.')
    return None


def _routine(value: Mapping[str, Any], name: str, told: _Told) -> Template:
    is_variant = "parent" in value
    content_keys = ("parent", "overrides") if is_variant else ("class", *ROUTINE_FIELDS)
    given = told.keys(value, "", ("kind", "name", *ABOUT, *content_keys, "rules"))
    own = given.get("overrides", {}) if is_variant else _without(given, ("kind", "name", *ABOUT, "class", "rules"))
    told.checked(routine_own, own, place_of("routine", is_variant=is_variant))
    return Template(
        kind="routine",
        name=_name(given, "name", name, told),
        base=_base(given, "parent" if is_variant else "class", "", told),
        is_variant=is_variant,
        content=own,
        about=_about(given, told),
        rules=_rules(given, told),
    )


def _flow(value: Mapping[str, Any], name: str, told: _Told) -> Template:
    is_variant = "parent" in value
    content_keys = ("parent", "overrides") if is_variant else FLOW_CONTENT
    given = told.keys(value, "", ("kind", "flow_id", *ABOUT, *content_keys, "rules"))
    if not is_variant and "routines" not in value:
        told.say("routines", "missing", "A flow needs routines; a variant names its parent instead.")
    return Template(
        kind="flow",
        name=_name(given, "flow_id", name, told),
        base=_base(given, "parent", "", told) if is_variant else None,
        is_variant=is_variant,
        content=_overrides(given.get("overrides", {}), told) if is_variant else _document(given, told),
        about=_about(given, told),
        rules=_rules(given, told),
    )


def _document(given: Mapping[str, Any], told: _Told) -> dict[str, Any]:
    document = {
        "nodes": _nodes(given.get("routines", {}), "routines", told, is_variant=False),
        "connections": _connections(given.get("connections", []), told),
        "settings": _settings(given, "", told),
    }
    told.checked(flow_draft, document, place_of("flow", is_variant=False))
    return document


def _overrides(given: object, told: _Told) -> dict[str, Any]:
    sections = told.keys(given, "overrides", OVERRIDES)
    nodes = _nodes(sections.get("routines", {}), "overrides.routines", told, is_variant=True)
    document = {
        "nodes": {key: own for key, own in nodes.items() if own} if isinstance(nodes, dict) else nodes,
        "settings": _settings(sections, "overrides", told),
    }
    told.checked(variant_of_document, document, place_of("flow", is_variant=True))
    return document


def _settings(given: Mapping[str, Any], path: str, told: _Told) -> dict[str, Any]:
    place = join_path(path, "execution")
    execution = told.keys(given.get("execution", {}), place, EXECUTION, STRATEGY_KEYS_OF_EXECUTION)
    return {**execution, **{key: given[key] for key in BESIDE if key in given}}


def _nodes(given: object, path: str, told: _Told, *, is_variant: bool) -> Any:
    if not isinstance(given, dict):
        return given
    return {key: _node(node, join_path(path, key), told, is_variant=is_variant) for key, node in given.items()}


def _node(given: object, path: str, told: _Told, *, is_variant: bool) -> Any:
    if not isinstance(given, dict):
        return given
    if is_variant:
        return told.keys(given, path, tuple(ROUTINE_FIELDS))
    node = told.keys(given, path, NODE)
    return {"routine": _base(node, "class", path, told), **_without(node, ("class",))}


def _connections(given: object, told: _Told) -> Any:
    if not isinstance(given, list):
        told.wrong("connections", given, "a list such as [{from: read.row, to: clean.rows}]")
        return []
    return [pair for index, row in enumerate(given) for pair in _connection(row, join_path("connections", index), told)]


def _connection(row: object, path: str, told: _Told) -> Iterator[list[str]]:
    ends = told.keys(row, path, ("from", "to"))
    pair = [ends.get("from"), ends.get("to")]
    wrong = [key for key, end in zip(("from", "to"), pair, strict=True) if not _is_port(end)]
    for key in wrong if isinstance(row, dict) else ():
        told.wrong(join_path(path, key), ends.get(key), "one end, written routine.event or routine.slot,")
    if not wrong:
        yield pair


def _is_port(end: object) -> bool:
    return isinstance(end, str) and PORT.fullmatch(end) is not None


def _name(given: Mapping[str, Any], key: str, default: str, told: _Told) -> str:
    name = given.get(key, default or None)
    if key not in given and not default:
        told.say(key, "missing", "Required: the name of the prototype.")
    elif not isinstance(name, str) or not name:
        told.wrong(key, name, "a name")
    return name if isinstance(name, str) else ""


def _base(given: Mapping[str, Any], key: str, path: str, told: _Told) -> str:
    place, base = join_path(path, key), given.get(key)
    if key not in given:
        told.say(place, "missing", "Required: the name of a routine, as the catalog or a prototype has it.")
    elif not isinstance(base, str) or not base:
        told.wrong(place, base, "a name")
    elif "." in base:
        message = (
            f"{shorten(base)} is an import path, and nothing is imported by name: a name of the catalog is accepted."
        )
        told.say(place, "import-path", f"{message} `manage.py migrate_templates` rewrites the paths that it knows.")
    return base if isinstance(base, str) and base else "unknown"


def _about(given: Mapping[str, Any], told: _Told) -> About:
    description, category, tags = (given.get(key, default) for key, default in zip(ABOUT, ("", "", []), strict=True))
    for key, text in (("description", description), ("category", category)):
        if not isinstance(text, str):
            told.wrong(key, text, "a text")
            return About()
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag for tag in tags):
        told.wrong("tags", tags, "a list of texts")
        return About()
    return About(description=description, category=category, tags=tuple(tags))


def _rules(given: Mapping[str, Any], told: _Told) -> dict[str, Any]:
    rules = given.get("rules", {})
    if not isinstance(rules, dict):
        told.wrong("rules", rules, 'an object such as {"config.timeout": {"max": 500}}')
        return {}
    return {_path(path, join_path("rules", path), told): rule for path, rule in _good_rules(rules, told)}


def _good_rules(rules: Mapping[str, Any], told: _Told) -> Iterator[tuple[str, Any]]:
    for path, rule in rules.items():
        wrong = list(fieldrules.rule_problems(rule, join_path("rules", path)))
        told.problems += wrong
        if not wrong:
            yield path, rule


def _path(written: str, place: str, told: _Told) -> str:
    """The one spelling of a path that people write in several ways."""
    try:
        return fieldpaths.show(fieldpaths.parse(written, place=place))
    except Refused as refused:
        told.problems += (Problem(one.path, one.code, one.message) for one in refused.errors)
        return written


def _without(given: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in keys}
