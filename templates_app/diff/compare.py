"""The semantic diff: settings of the flow, then its nodes by name, then its connections. Deterministic and pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from routilux_site.lib.errors import join_path
from templates_app.diff.difference import ABSENT, Difference, Impact, Kind, Subject
from templates_app.diff.outline import Outline, outline_of_document, outline_of_spec
from templates_app.diff.renames import renames
from templates_app.diff.settings import compare_fields
from templates_app.diff.spots import Spot
from templates_app.diff.wires import compare_connections
from templates_app.spec import FlowSpec


def diff(before: FlowSpec, after: FlowSpec) -> tuple[Difference, ...]:
    """Empty exactly when both mean the same, which is when their hashes are equal."""
    return compare(outline_of_spec(before), outline_of_spec(after))


def diff_documents(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Of two layers, or two documents of flows: what was written down differently, whatever it means."""
    return compare(outline_of_document(before), outline_of_document(after))


def compare(before: Outline, after: Outline) -> tuple[Difference, ...]:
    renamed = renames(before, after)
    return (
        *compare_fields(Spot("", ""), _with_entry(before.settings, renamed), after.settings),
        *_nodes(before.nodes, after.nodes, renamed),
        *compare_connections(before.connections, after.connections, renamed),
    )


def _with_entry(settings: Mapping[str, Any], renamed: Mapping[str, str]) -> Mapping[str, Any]:
    """An entry into a node that was renamed is still the same entry."""
    entry = settings.get("entry")
    node, _, slot = entry.partition(".") if isinstance(entry, str) else ("", "", "")
    return {**settings, "entry": f"{renamed[node]}.{slot}"} if node in renamed else settings


def _nodes(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], renamed: Mapping[str, str]
) -> Iterator[Difference]:
    old_names = {new: old for old, new in renamed.items()} | {name: name for name in before.keys() & after.keys()}
    for name in sorted(after.keys() | (before.keys() - renamed.keys())):
        old = old_names.get(name)
        if old is not None:
            yield from _node(old, name, before[old], after[name])
        elif name in after:
            yield _whole(Kind.ADDED, name, ABSENT, after[name])
        else:
            yield _whole(Kind.REMOVED, name, before[name], ABSENT)


def _node(old: str, new: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    spot = Spot(join_path("nodes", new), join_path("nodes", old), new)
    if old != new:
        yield _renamed(spot, old, new)
    yield from compare_fields(spot, before, after)


def _renamed(spot: Spot, old: str, new: str) -> Difference:
    return Difference(
        kind=Kind.RENAMED,
        subject=Subject.NODE,
        node=new,
        path=spot.path,
        old_path=spot.old_path,
        before=old,
        after=new,
        impact=Impact.DESCRIPTION,
        sentence=f"Node ‘{old}’ is called ‘{new}’ now.",
    )


def _whole(kind: Kind, name: str, before: Any, after: Any) -> Difference:
    path = join_path("nodes", name)
    return Difference(
        kind=kind,
        subject=Subject.NODE,
        node=name,
        path=path,
        old_path=path,
        before=before,
        after=after,
        impact=Impact.BEHAVIOUR,
        sentence=f"Node ‘{name}’{_class_of(before if after is ABSENT else after)} was {kind}.",
    )


def _class_of(node: Mapping[str, Any]) -> str:
    """In brackets: the class that a node runs, or the routine prototype that it uses."""
    kind = node.get("class") or node.get("routine")
    return f" ({kind})" if kind else ""
