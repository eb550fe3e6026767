"""What a verb would do to everything that depends on its subject: the verb itself, run and taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from templates_app import fieldpaths, handin
from templates_app.comparing import Comparer
from templates_app.diff import Difference
from templates_app.fieldpaths import ABSENT, Keys
from templates_app.handin import Usage
from templates_app.models import Prototype, Revision
from templates_app.problems import Problem, errors_in
from templates_app.resolve import Layer, Resolved, ResolvedNode
from templates_app.watch import Change, Revised, Watch, watching


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A flow whose revision changes. A hash is empty where the flow is invalid, before or after."""

    flow: Prototype
    old_hash: str
    new_hash: str
    is_new: bool  #: the save makes this revision; else the flow goes back to one that it had
    changes: tuple[Difference, ...]  #: what differs between the two revisions, none where there are not two
    usage: Usage

    def to_json(self) -> dict[str, Any]:
        return {
            "flow": self.flow.name,
            "old_hash": self.old_hash or None,
            "new_hash": self.new_hash or None,
            "new_revision": self.is_new,
            "changes": [change.to_json() for change in self.changes],
            "unfinished_jobs": self.usage.unfinished_jobs,
            "schedules": self.usage.schedules,
        }


@dataclass(frozen=True, slots=True)
class Staying:
    """A prototype that overrides a changed field, at `path` as seen from it, by what `layer` sets."""

    prototype: Prototype
    path: str
    layer: str

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.prototype.kind, "name": self.prototype.name, "path": self.path, "layer": self.layer}


@dataclass(frozen=True, slots=True)
class Judged:
    """A prototype that becomes invalid, with the reasons; or one that becomes valid again, with those it had."""

    prototype: Prototype
    problems: tuple[Problem, ...]

    def to_json(self) -> dict[str, Any]:
        problems = [problem.to_json() for problem in self.problems]
        return {"kind": self.prototype.kind, "name": self.prototype.name, "problems": problems}


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """`fields` are those that the verb wrote, by the name of the prototype; `reached` counts all that depends on it.

    `revisions` are exactly those that the save makes, as (flow id, hash).
    """

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reached: int = 0
    moved: tuple[Moved, ...] = ()
    staying: tuple[Staying, ...] = ()
    broken: tuple[Judged, ...] = ()
    healed: tuple[Judged, ...] = ()
    revisions: frozenset[tuple[int, str]] = frozenset()

    @property
    def unfinished_jobs(self) -> int:
        """Jobs that stay pinned to the revision that they started with."""
        return sum(found.usage.unfinished_jobs for found in self.moved)

    @property
    def schedules(self) -> int:
        return sum(found.usage.schedules for found in self.moved)

    def to_json(self) -> dict[str, Any]:
        return {
            "fields": {name: list(paths) for name, paths in self.fields.items()},
            "reached": self.reached,
            "moved": [found.to_json() for found in self.moved],
            "staying": [found.to_json() for found in self.staying],
            "broken": [found.to_json() for found in self.broken],
            "healed": [found.to_json() for found in self.healed],
            "unfinished_jobs": self.unfinished_jobs,
            "schedules": self.schedules,
        }


def preview(verb: Callable[[], object]) -> Impact:
    """What `verb` (`lambda: services.update_routine(...)`) would change; a verb that refuses is refused here alike.

    Everything that it writes is taken back, and the prototypes that it was given are as they were before.
    """
    with watching() as watch:
        try:
            with transaction.atomic():
                verb()
                impact = _impact(watch)
                transaction.set_rollback(True)
        finally:
            _put_back(watch.touched)
    return impact


def _put_back(touched: Iterable[Prototype]) -> None:
    given = {id(found): found for found in touched}
    stored = Prototype.objects.in_bulk({found.pk for found in given.values()})
    for found in given.values():
        if found.pk in stored:
            found.__dict__.update({key: value for key, value in stored[found.pk].__dict__.items() if key != "_state"})


def _impact(watch: Watch) -> Impact:
    revised = list(watch.revised.values())
    return Impact(
        fields={change.prototype.name: change.fields for change in watch.changes},
        reached=len(revised),
        moved=tuple(_moved([found for found in revised if found.prototype.head_id != found.head_before], watch.made)),
        staying=tuple(staying for found in revised for staying in _staying(found, watch.changes)),
        broken=tuple(_judged(revised, now=True)),
        healed=tuple(_judged(revised, now=False)),
        revisions=frozenset(watch.made.values()),
    )


def _judged(revised: Iterable[Revised], *, now: bool) -> Iterator[Judged]:
    for found in revised:
        before, after = _errors(found.problems_before), errors_in(found.outcome.problems)
        if bool(after) is now and bool(before) is not now:
            yield Judged(found.prototype, after if now else before)


def _errors(problems: Iterable[Mapping[str, Any]]) -> tuple[Problem, ...]:
    return errors_in(Problem(**problem) for problem in problems)


def _moved(revised: Sequence[Revised], made: Collection[int]) -> Iterator[Moved]:
    heads = [found.head_before for found in revised if found.head_before]
    old = {row.pk: row for row in Revision.objects.filter(pk__in=heads).only("hash", "canonical")}
    usage = handin.usage([found.prototype.pk for found in revised])
    compare = Comparer()
    for found in revised:
        before, after = old.get(found.head_before or 0), found.outcome.spec
        yield Moved(
            flow=found.prototype,
            old_hash=before.hash if before else "",
            new_hash=after.hash if after else "",
            is_new=found.prototype.head_id in made,
            changes=compare(before.canonical, after.canonical) if before and after else (),
            usage=usage[found.prototype.pk],
        )


def _staying(found: Revised, changes: Sequence[Change]) -> Iterator[Staying]:
    for change in changes:
        if change.prototype.pk == found.prototype.pk:
            continue
        for path in change.fields:
            for place, layer in _overrides(found, change.prototype, fieldpaths.parse(path)):
                yield Staying(found.prototype, fieldpaths.show(place), layer)


def _overrides(found: Revised, subject: Prototype, keys: Keys) -> Iterator[tuple[Keys, str]]:
    """Where `found` does not get to see what `subject` says at `keys`, and the layer that is in between."""
    for under, place, layers in _stacks(found.resolved, subject, keys):
        layer = _layer_after(layers, subject.name, place)
        if layer:
            yield (*under, *place), layer


def _stacks(
    resolved: Resolved | ResolvedNode, subject: Prototype, keys: Keys
) -> list[tuple[Keys, Keys, Sequence[Layer]]]:
    """The layers in which the field may be overridden, with where they stand, and the field as seen from there."""
    if isinstance(resolved, ResolvedNode) or (subject.is_flow and keys[0] != "nodes"):
        return [((), keys, resolved.layers)]
    if not subject.is_flow:
        return [(("nodes", name), keys, node.layers) for name, node in resolved.nodes.items()]
    node = resolved.nodes.get(keys[1])
    return [(keys[:2], keys[2:], node.layers)] if node else []


def _layer_after(layers: Sequence[Layer], subject: str, keys: Keys) -> str:
    is_below, setter = False, ""
    for layer in layers:
        if layer.name == subject:
            is_below = True
        elif is_below and fieldpaths.get(layer.own, keys) is not ABSENT:
            setter = layer.name
    return setter
