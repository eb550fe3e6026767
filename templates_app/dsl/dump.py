"""From templates to text. The same templates give the same bytes, whatever order they came in. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from routilux_site.lib.strict_json import MAX_INT, MIN_INT
from templates_app.document import ROUTINE_FIELDS
from templates_app.dsl.read import Format
from templates_app.dsl.scalars import is_plain_text
from templates_app.dsl.template import BESIDE, EXECUTION, Template

_FIRST = ("type", "strategy")
_ENDLESS = 2**31 - 1


def document(template: Template) -> dict[str, Any]:
    """The one way to say a template: keys in the order of the schema, sets of keys that may be any in alphabetical."""
    about = template.about
    name = {"flow_id": template.name} if template.is_flow else {"name": template.name}
    words = {"description": about.description, "category": about.category, "tags": list(about.tags)}
    said = {"kind": template.kind, **name, **_filled(words), **_content(template)}
    return {**said, **_filled({"rules": plain(template.rules)})}


def text(templates: Iterable[Template], format: Format = "yaml") -> str:
    """One document a template, routines before flows, by name."""
    documents = [document(one) for one in sorted(templates, key=lambda one: (one.is_flow, one.name))]
    return to_json(documents) if format == "json" else to_yaml(documents)


def to_json(documents: Sequence[Mapping[str, Any]]) -> str:
    value = documents[0] if len(documents) == 1 else documents
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def to_yaml(documents: Sequence[Mapping[str, Any]]) -> str:
    """Without folding, so that a changed word is one changed line."""
    return str(
        yaml.dump_all(
            [_shown(one) for one in documents],
            Dumper=Dumper,
            sort_keys=False,
            allow_unicode=True,
            width=_ENDLESS,
            explicit_start=len(documents) > 1,
        )
    )


def plain(value: Any) -> Any:
    """A copy with keys in order, and each number as it comes back from the database."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (key not in _FIRST, key))
        return {key: plain(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [plain(child) for child in value]
    return _number(value) if type(value) in (int, float) else value


def _number(number: float) -> float:
    """jsonb keeps no exponent, so that 1e17 comes back as an integer and 1e300 as one that nobody accepts."""
    if type(number) is int:
        return number if MIN_INT <= number <= MAX_INT else float(number)
    if "e+" not in repr(number):
        return number + 0.0  # -0.0 comes back as 0.0
    whole = int(Decimal(repr(number)))
    return whole if MIN_INT <= whole <= MAX_INT else number


def _content(template: Template) -> dict[str, Any]:
    said = _flow(template.content) if template.is_flow else _fields(template.content)
    if template.is_variant:
        return {"parent": template.base, **_filled({"overrides": said})}
    return said if template.is_flow else {"class": template.base, **said}


def _flow(content: Mapping[str, Any]) -> dict[str, Any]:
    settings, nodes = content.get("settings", {}), content.get("nodes", {})
    ends = [{"from": source, "to": target} for source, target in sorted(content.get("connections", []))]
    return {
        **_filled({"routines": {key: _node(nodes[key]) for key in sorted(nodes)}, "connections": ends}),
        **{key: plain(settings[key]) for key in BESIDE if key in settings},
        **_filled({"execution": {key: plain(settings[key]) for key in EXECUTION if key in settings}}),
    }


def _node(node: Mapping[str, Any]) -> dict[str, Any]:
    return {**({"class": node["routine"]} if "routine" in node else {}), **_fields(node)}


def _fields(own: Mapping[str, Any]) -> dict[str, Any]:
    return {key: plain(own[key]) for key in ROUTINE_FIELDS if key in own}


def _filled(sections: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in sections.items() if value}


class _Inline(dict[str, Any]):
    """Written on one line."""


def _shown(said: Mapping[str, Any]) -> dict[str, Any]:
    if "connections" not in said:
        return dict(said)
    return {**said, "connections": [_Inline(ends) for ends in said["connections"]]}


class Dumper(yaml.CSafeDumper):
    """Quotes whatever the reader would not take for a text without quotes; writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if _is_prose(value) else None if is_plain_text(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _is_prose(value: str) -> bool:
    """Lines that may stand as they are, below each other."""
    lines = value.removesuffix("\n").split("\n")
    return len(lines) > 1 and bool(lines[0] and lines[-1]) and all(_is_clean(line) for line in lines)


def _is_clean(line: str) -> bool:
    return line.isprintable() and line == line.strip()


def _inline(dumper: Dumper, value: _Inline) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)


Dumper.add_representer(str, _text)
Dumper.add_representer(_Inline, _inline)
