"""What a prototype itself stores, in one form for all kinds: its own layer, and of a root flow also its graph.

`{"config": ...}` of a routine; `{"max_workers": 2, "nodes": {...}, "connections": [...]}` of a flow, whose nodes name
their `routine` only where the graph is the flow's own. The paths of `fieldpaths` lead into this form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from templates_app.document import flow_draft, routine_own, variant_of_document
from templates_app.fieldpaths import ABSENT, Keys, fields, same, show
from templates_app.models import Prototype
from templates_app.wiring import document_of, merged_document, merged_own, write_graph

Form = Mapping[str, Any]


def form_of(prototype: Prototype) -> dict[str, Any]:
    return form_of_document(document_of(prototype)) if prototype.is_flow else dict(prototype.own)


def meaning_of(prototype: Prototype) -> dict[str, Any]:
    """The form that an independent copy of `prototype` would store: all that it and its parents set."""
    return form_of_document(merged_document(prototype, {})) if prototype.is_flow else merged_own(prototype, {})


def form_of_document(document: Mapping[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in document.items() if key != "settings"}
    return {**document.get("settings", {}), **rest}


def document_of_form(form: Form) -> dict[str, Any]:
    graph = {key: form[key] for key in ("nodes", "connections") if key in form}
    return {"settings": {key: value for key, value in form.items() if key not in graph}, **graph}


def store(prototype: Prototype, form: Form) -> None:
    """Make `form` what `prototype` stores, and save its row; raises Refused for what has not the right shape."""
    if not prototype.is_flow:
        prototype.own = routine_own(dict(form))
        prototype.save()
    elif prototype.is_variant:
        prototype.own = variant_of_document(document_of_form(form))
        prototype.save()
    else:
        draft = flow_draft(document_of_form(form))
        prototype.own = dict(draft.settings)
        prototype.save()
        write_graph(prototype, draft)


def changed_fields(before: Form, after: Form) -> tuple[str, ...]:
    """The paths of the fields whose values differ; a connection stands as `connections["a.out -> b.in"]`."""
    old, new = (dict(_places(form)) for form in (before, after))
    paths = (keys for keys in old.keys() | new.keys() if not same(old.get(keys, ABSENT), new.get(keys, ABSENT)))
    return tuple(sorted(map(show, paths)))


def _places(form: Form) -> Iterator[tuple[Keys, Any]]:
    for keys, value in fields(form):
        if keys == ("connections",):
            yield from ((("connections", f"{source} -> {target}"), True) for source, target in value)
        else:
            yield keys, value


def told_document(form: Form) -> dict[str, Any]:
    """The document of a flow with connections by their ends, so that a difference names what was connected."""
    ends = {f"{source} -> {target}": True for source, target in form.get("connections", [])}
    return {**document_of_form(form), "connections": ends}
