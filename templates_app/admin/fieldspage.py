"""Every field of a prototype: whose value counts, what each layer says, who locks or bounds it, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from templates_app.explain import Row, explain
from templates_app.fieldpaths import parse
from templates_app.fieldrules import sentence
from templates_app.forms.layered import brief
from templates_app.forms.markers import badge
from templates_app.models import Prototype

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin


@dataclass(frozen=True, slots=True)
class Layered:
    """What one layer says; empty `text` where it says nothing. `counts`: its value is the one that is used."""

    layer: str
    text: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    path: str
    label: str
    value: str
    state: SafeString
    layers: tuple[Layered, ...]
    rules: tuple[str, ...]
    problem: str
    reset: str
    rule: str


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of the prototype itself, or of one of its nodes; `is_open` where something is set or ruled here."""

    title: str
    rows: tuple[FieldRow, ...]
    is_open: bool


def fields_page(page: PrototypeAdmin, request: HttpRequest, prototype: Prototype) -> HttpResponse:
    rows = explain(prototype)
    addresses = _Addresses(page, prototype, may_change=page.has_change_permission(request, prototype))
    return page.tool_page(
        request,
        prototype,
        title=f"Fields of ‘{prototype}’",
        intro="Each value with the layer that sets it. A layer is a prototype that this one builds on, from the class "
        "in code at the left to this one at the right; the last one that says something counts.",
        body="templates_app/admin/includes/fields.html",
        groups=list(_groups(rows, addresses)),
    )


@dataclass(frozen=True, slots=True)
class _Addresses:
    page: PrototypeAdmin
    prototype: Prototype
    may_change: bool

    def of(self, verb: str, path: str) -> str:
        if not self.may_change:
            return ""
        return f"{self.page.url(verb, self.prototype)}?{urlencode({'path': path})}"


def _groups(rows: Iterable[Row], addresses: _Addresses) -> Iterable[Group]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        keys = parse(row.path)
        groups.setdefault(keys[1] if keys[0] == "nodes" else "", []).append(row)
    for node, found in groups.items():
        is_open = not node or any(row.state == "overridden" or row.rules for row in found)
        title = f"Node {node}" if node else "Settings"
        yield Group(title, tuple(_row(row, node, addresses) for row in found), is_open)


def _row(row: Row, node: str, addresses: _Addresses) -> FieldRow:
    is_own = row.state == "overridden"
    return FieldRow(
        path=row.path,
        label=row.path.removeprefix(f"nodes.{node}.") if node else row.path,
        value=brief(row.value) if row.is_set else "",
        state=_state(row),
        layers=tuple(
            Layered(found.layer, brief(found.value) if found.is_set else "", found.is_set and found.layer == row.origin)
            for found in (row.layers if row.is_set else ())
        ),
        rules=tuple(
            f"‘{found.layer}’ accepts {sentence(found.rule)}"
            if found.binds
            else f"set here: {sentence(found.rule)} below"
            for found in row.rules
        ),
        problem=row.problem,
        reset=addresses.of("reset", row.path) if is_own else "",
        rule=addresses.of("rule", row.path),
    )


def _state(row: Row) -> SafeString:
    if row.state == "overridden":
        return badge("bad", "✗ set here, but locked") if row.locked_by else badge("own", "● set here")
    if row.state == "locked":
        return badge("locked", f"▣ locked by {row.locked_by}")
    return badge("inherited", "○ inherited" if row.is_set else "○ not set: the default counts")
