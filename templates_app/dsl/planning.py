"""Plan and apply. A plan is the same work in a transaction that is rolled back, so that the two cannot disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from routilux_site.lib.errors import RoutiluxError, join_path
from templates_app import handin, impact, lineage, services
from templates_app.document import accepted_names
from templates_app.dsl import dump
from templates_app.dsl.bundle import Bundle, Document
from templates_app.dsl.changes import Change, Effect, FieldChange, Plan, Step, field_changes
from templates_app.dsl.stored import templates_of
from templates_app.dsl.template import Template
from templates_app.fieldrules import Rule
from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from templates_app.problems import Problem, errors_in
from templates_app.refusals import Refused

if TYPE_CHECKING:
    from templates_app.audit import Actor

MESSAGE = "Applied from a document."


def plan(bundle: Bundle) -> Plan:
    """What `apply` would do, and to whom; changes nothing. Its `problems` are what `apply` would refuse."""
    found: list[Plan] = []

    def run() -> None:
        found.append(_Run(bundle, None).plan())
        if found[0].problems:
            raise Refused(found[0].problems)

    try:
        told = impact.preview(run)
    except Refused:
        return found[0]
    return replace(found[0], impact=told)


def validate(bundle: Bundle) -> list[Problem]:
    """All that keeps `bundle` from being applied; empty when nothing does."""
    return list(plan(bundle).problems)


def apply(bundle: Bundle, actor: Actor = None) -> Plan:
    """Write all documents or none; raises Refused. What says nothing new is not touched; a second time does nothing.

    A document says all that its prototype sets itself: what it leaves out is inherited. Prototypes that no document
    names stay as they are.
    """
    with transaction.atomic():
        done = _Run(bundle, actor).plan()
        if done.problems:
            raise Refused(done.problems)
    return done


class _Run:
    """One walk over a bundle, inside the caller's transaction."""

    def __init__(self, bundle: Bundle, actor: Actor) -> None:
        self._bundle = bundle
        self._actor = actor
        self._failed: set[str] = set()
        self._problems: list[Problem] = []

    def plan(self) -> Plan:
        lineage.lock_for_writing()
        try:
            documents = self._bundle.in_order()
        except Refused as circle:
            return Plan(problems=tuple(_problems(circle)))
        known, before = _stored(documents), _heads()
        steps = [step for document in documents for step in self._try(document, known)]
        effects = _effects(before, _heads(), {document.name for document in documents})
        return Plan(tuple(steps), tuple(effects), tuple(self._problems))

    def _try(self, document: Document, known: Mapping[str, tuple[Prototype, Template]]) -> Iterator[Step]:
        if document.template.needs() & self._failed:
            self._failed.add(document.name)  # it could only repeat what is wrong below it
            return
        try:
            yield self._step(document.template, known.get(document.name))
        except RoutiluxError as error:
            self._failed.add(document.name)
            self._problems += map(document.problem, _problems(error))

    def _step(self, template: Template, stored: tuple[Prototype, Template] | None) -> Step:
        if stored is None:
            with transaction.atomic():
                self._rule(_create(template, self._actor), {}, template)
            return Step("create", template.kind, template.name)
        prototype, before = stored
        _refuse_other_base(before, template)
        changes = tuple(field_changes(dump.document(before), dump.document(template)))
        if not changes:
            return Step("unchanged", template.kind, template.name)
        with transaction.atomic():
            if _says_more_than_rules(changes):
                _update(prototype, template, self._actor)
            self._rule(prototype, before.rules, template)
        return Step("update", template.kind, template.name, changes)

    def _rule(self, prototype: Prototype, before: Mapping[str, Any], template: Template) -> None:
        for path in sorted(before.keys() | template.rules.keys()):
            rule = template.rules.get(path)
            if dump.plain(before.get(path)) != dump.plain(rule):
                _set_rule(prototype, path, rule, self._actor)


def _stored(documents: list[Document]) -> dict[str, tuple[Prototype, Template]]:
    rows = Prototype.objects.filter(name__in=[document.name for document in documents], is_code=False)
    found = list(rows)
    return {one.name: (one, template) for one, template in zip(found, templates_of(found), strict=True)}


@dataclass(frozen=True, slots=True)
class _Head:
    pk: int
    hash: str | None
    problems: list[dict[str, Any]]


def _heads() -> dict[str, _Head]:
    rows = FlowPrototype.objects.values_list("name", "pk", "head__hash", "problems")
    return {name: _Head(*rest) for name, *rest in rows}


def _effects(before: Mapping[str, _Head], after: Mapping[str, _Head], named: set[str]) -> Iterator[Effect]:
    moved = [flow for flow in sorted(before.keys() - named) if before[flow].hash != after[flow].hash]
    usage = handin.usage([after[flow].pk for flow in moved])
    for flow in moved:
        old, new = before[flow], after[flow]
        what: Change = "becomes-invalid" if new.hash is None else "heals" if old.hash is None else "new-revision"
        reason = _first_error(new.problems) if new.hash is None else ""
        used = usage[new.pk]
        yield Effect(flow, what, old.hash, new.hash, reason, used.unfinished_jobs, used.schedules)


def _first_error(problems: list[dict[str, Any]]) -> str:
    return next((f"{told['path']}: {told['message']}" for told in problems if told["level"] == "error"), "")


def _create(template: Template, actor: Actor) -> Prototype:
    if not template.is_flow:
        base = _base(template)
        return services.create_routine(
            template.name, base=base, own=template.content, about=template.about, actor=actor
        )
    if template.is_variant:
        parent = FlowPrototype.objects.get(pk=_base(template).pk)
        return services.create_variant(
            parent, name=template.name, overrides=template.content, about=template.about, actor=actor
        )
    return services.create_flow(template.name, document=template.content, about=template.about, actor=actor)


def _update(prototype: Prototype, template: Template, actor: Actor) -> None:
    common: dict[str, Any] = {
        "version": prototype.version,
        "about": template.about,
        "message": MESSAGE,
        "actor": actor,
    }
    if template.is_flow:
        services.update_flow(prototype, document=template.content, **common)
    else:
        services.update_routine(prototype, own=template.content, **common)


def _set_rule(prototype: Prototype, path: str, rule: Rule | None, actor: Actor) -> None:
    try:
        services.set_rule(prototype, path=path, rule=rule, message=MESSAGE, actor=actor)
    except Refused as refused:
        place = join_path("rules", path)
        raise Refused([Problem(place, told.code, told.message) for told in refused.errors]) from refused


def _base(template: Template) -> Prototype:
    """The class or the parent that a document names, if it may stand there."""
    model = FlowPrototype if template.is_flow else RoutinePrototype
    fitting = model.objects.filter(is_code=not template.is_variant)
    found = fitting.filter(name=template.base).first()
    if found is None:
        names = fitting.filter(archived_at=None).values_list("name", flat=True)
        other = " `class` names one of the catalog, `parent` a prototype." if not template.is_flow else ""
        what = f"{template.kind} prototype" if template.is_variant else "routine class"
        message = f"There is no {what} {template.base!r}. {accepted_names(template.base or '', names)}{other}"
        raise Refused([Problem("base", "unknown-base", message)])
    return found


def _refuse_other_base(stored: Template, said: Template) -> None:
    if stored.kind != said.kind:
        message = (
            f"The name {said.name!r} is taken by a {stored.kind} prototype: names are unique among all prototypes."
        )
        raise Refused([Problem("name", "name-taken", message)])
    if (stored.base, stored.is_variant) != (said.base, said.is_variant):
        message = (
            f"{said.name!r} builds on {stored.base or 'nothing'} since it was made: take another name to change that."
        )
        raise Refused([Problem("base", "base-changed", message)])


def _says_more_than_rules(changes: tuple[FieldChange, ...]) -> bool:
    return any(change.path.partition(".")[0].partition("[")[0] != "rules" for change in changes)


def _problems(error: RoutiluxError) -> Iterator[Problem]:
    found = [Problem(detail.path, detail.code, detail.message) for detail in error.details()]
    yield from errors_in(found)
