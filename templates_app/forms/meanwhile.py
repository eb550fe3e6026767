"""What another editor changed meanwhile: told field by field, and put together with what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.core import signing
from django.http import QueryDict

from routilux_site.lib import strict_json
from templates_app import merging
from templates_app.fieldpaths import ABSENT
from templates_app.forms.layered import brief
from templates_app.merging import Change
from templates_app.models import Connection, Node

Form = Mapping[str, Any]
Cells = Mapping[str, str]

_SIGNER = signing.Signer(salt="templates_app.seen")
_DEALT = {
    "theirs": "taken over",
    "same": "taken over",
    "conflict": "you changed it too: yours is kept; take theirs if you prefer",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field that the other editor changed: before, now, as typed, and what became of it on this page."""

    path: str
    before: str
    theirs: str
    ours: str
    dealt: str


def seen(form: Form) -> str:
    """What a page shows of what is stored, signed, because it comes back with the page."""
    return _SIGNER.sign(strict_json.dumps(dict(form)))


def merged(seen_text: str, theirs: Form, ours: Form) -> tuple[dict[str, Any], list[Line]]:
    """Both changes together, ours where both touched a field; and what they changed, line by line."""
    found = merging.merge(_read(seen_text, otherwise=theirs), theirs, ours)
    return found.form, [_line(change) for change in found.changes if change.kind != "ours"]


def _read(text: str, *, otherwise: Form) -> Form:
    try:
        return cast("Form", strict_json.loads(_SIGNER.unsign(text)))
    except signing.BadSignature:
        return otherwise


def _line(change: Change) -> Line:
    base, theirs, ours = (_told(side) for side in (change.base, change.theirs, change.ours))
    return Line(change.path, base, theirs, ours, _DEALT[change.kind])


def _told(value: Any) -> str:
    return "not set" if value is ABSENT else brief(value)


def rows_as_posted(data: QueryDict, form: Form, nodes: Iterable[Node], connections: Iterable[Connection]) -> QueryDict:
    """`data` with rows that mean the graph of `form`: those stored now, changed or ticked for removal, and new ones."""
    kept = {key: values for key, values in data.lists() if not key.startswith(("nodes-", "connections-"))}
    made = QueryDict(mutable=True)
    for key, values in kept.items():
        made.setlist(key, values)
    for prefix, stored, new in (
        ("nodes", *_node_rows(form.get("nodes", {}), nodes)),
        ("connections", *_connection_rows(form.get("connections", []), connections)),
    ):
        counts = {"TOTAL_FORMS": len(stored) + len(new), "INITIAL_FORMS": len(stored), "MIN_NUM_FORMS": 0}
        made.update({f"{prefix}-{name}": str(count) for name, count in (*counts.items(), ("MAX_NUM_FORMS", 1000))})
        for index, cells in enumerate((*stored, *new)):
            made.update({f"{prefix}-{index}-{name}": cell for name, cell in cells.items()})
    return made


def _node_rows(wanted: Mapping[str, Any], nodes: Iterable[Node]) -> tuple[list[Cells], list[Cells]]:
    known = {node.node_id: node for node in nodes}
    stored: list[Cells] = [
        {"id": str(node.pk), **_node_cells(name, wanted.get(name) or {"routine": node.routine.name, **node.own})}
        | ({} if name in wanted else {"DELETE": "on"})
        for name, node in known.items()
    ]
    return stored, [_node_cells(name, own) for name, own in wanted.items() if name not in known]


def _node_cells(name: str, stored: Mapping[str, Any]) -> Cells:
    own = {key: value for key, value in stored.items() if key != "routine"}
    text = strict_json.dumps(own) if own else ""
    return {"node_id": name, "routine_name": str(stored.get("routine", "")), "own": text}


def _connection_rows(wanted: Iterable[Any], connections: Iterable[Connection]) -> tuple[list[Cells], list[Cells]]:
    ends = {(source, target) for source, target in wanted}
    known = dict(_by_ends(connections))
    stored: list[Cells] = [
        {"id": str(found.pk), **_connection_cells(pair)} | ({} if pair in ends else {"DELETE": "on"})
        for pair, found in known.items()
    ]
    return stored, [_connection_cells(pair) for pair in sorted(ends - known.keys())]


def _by_ends(connections: Iterable[Connection]) -> Iterator[tuple[tuple[str, str], Connection]]:
    for found in connections:
        yield (f"{found.source.node_id}.{found.event}", f"{found.target.node_id}.{found.slot}"), found


def _connection_cells(ends: tuple[str, str]) -> Cells:
    return {"source_port": ends[0], "target_port": ends[1]}
