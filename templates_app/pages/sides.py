"""What can be compared, as an address names it: `orders`, `orders@3`, `revision:17`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q
from django.urls import reverse

from templates_app import load
from templates_app.diff import Outline, outline_of_routine, outline_of_spec
from templates_app.errors import TemplateError
from templates_app.models import FlowPrototype, Kind, Prototype, Revision
from templates_app.pages.access import VIEW_FLOWS, VIEW_ROUTINES
from templates_app.pages.parsed import spec_of
from templates_app.resolve import merge
from templates_app.routines.text import shorten
from templates_app.spec import FlowSpec

_REF = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{0,99})(?:@(?P<number>[1-9][0-9]{0,8}))?|revision:(?P<id>[0-9]{1,18})"
)
ACCEPTED = "A name (orders), a revision of a flow (orders@3) or the id of a revision (revision:17) is accepted."


class NoSuchSide(TemplateError):
    code: ClassVar[str] = "unknown-template"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "There is nothing to compare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two templates that are compared. `document` is what a patch applies to; `spec` is there for flows."""

    label: str
    note: str
    ref: str = ""
    href: str = ""
    outline: Outline
    document: dict[str, Any]
    spec: FlowSpec | None = None

    @property
    def is_flow(self) -> bool:
        return self.spec is not None


@dataclass(frozen=True, slots=True)
class Ref:
    """`number` and `id` are None unless they were said."""

    text: str
    name: str = ""
    number: int | None = None
    id: int | None = None


def parse(text: str) -> Ref:
    found = _REF.fullmatch(text)
    if found is None:
        raise NoSuchSide(f"{shorten(text)} names nothing that can be compared. {ACCEPTED}")
    number, pk = found["number"], found["id"]
    return Ref(text, found["name"] or "", int(number) if number else None, int(pk) if pk else None)


def read(texts: Iterable[str], user: Any) -> dict[str, Side | NoSuchSide]:
    """The sides by what names them, or why there is none; at most three queries, however many are asked for."""
    refs: dict[str, Ref | NoSuchSide] = {text: _attempt(text) for text in texts}
    known = _Known([ref for ref in refs.values() if isinstance(ref, Ref)], user)
    return {text: ref if isinstance(ref, NoSuchSide) else known.side(ref) for text, ref in refs.items()}


def _attempt(text: str) -> Ref | NoSuchSide:
    try:
        return parse(text)
    except NoSuchSide as error:
        return error


class _Known:
    """What the database holds of what was asked for, as far as the user may see it."""

    def __init__(self, refs: Iterable[Ref], user: Any) -> None:
        refs = list(refs)
        self._links_to_admin = bool(user.is_staff)
        kinds = {Kind.FLOW: user.has_perm(VIEW_FLOWS), Kind.ROUTINE: user.has_perm(VIEW_ROUTINES)}
        self._prototypes = _prototypes(refs, [kind for kind, may in kinds.items() if may])
        self._revisions = _revisions(refs) if kinds[Kind.FLOW] else []
        self._sources = load.routine_sources(found.pk for found in self._prototypes.values() if not found.is_flow)

    def side(self, ref: Ref) -> Side | NoSuchSide:
        if ref.id is not None or ref.number is not None:
            return self._revision(ref)
        found = self._prototypes.get(ref.name)
        if found is None:
            return NoSuchSide(f"There is no template {ref.name!r}.")
        return _flow(found) if found.is_flow else self._routine(found)

    def _revision(self, ref: Ref) -> Side | NoSuchSide:
        for found in self._revisions:
            if found.pk == ref.id or (found.flow.name, found.number) == (ref.name, ref.number):
                return of_revision(found, ref.text)
        if ref.id is not None:
            return NoSuchSide(f"There is no revision with the id {ref.id}.")
        return NoSuchSide(f"There is no revision {ref.number} of a flow {ref.name!r}.")

    def _routine(self, routine: Prototype) -> Side:
        source = self._sources[routine.pk]
        values = dict(merge(source.layers).values)
        document = {"class": source.class_key, **values}
        note = "class of the catalog" if routine.is_code else "routine prototype, as it is now"
        outline = outline_of_routine(source.class_key, values)
        return Side(
            label=routine.name,
            note=note,
            ref=routine.name,
            href=routine.get_absolute_url() if self._links_to_admin else "",
            outline=outline,
            document=document,
        )


def _prototypes(refs: Iterable[Ref], kinds: list[Kind]) -> dict[str, Prototype]:
    names = {ref.name for ref in refs if ref.name and ref.number is None}
    if not names or not kinds:
        return {}
    rows = Prototype.objects.filter(name__in=names, kind__in=kinds).select_related("head")
    return {found.name: found for found in rows}


def _revisions(refs: Iterable[Ref]) -> list[Revision]:
    wanted = Q()
    for ref in refs:
        if ref.id is not None:
            wanted |= Q(pk=ref.id)
        elif ref.number is not None:
            wanted |= Q(flow__name=ref.name, number=ref.number)
    return list(Revision.objects.filter(wanted).select_related("flow")) if wanted else []


def _flow(flow: Prototype) -> Side | NoSuchSide:
    if flow.head is None:
        reasons = "".join(f" {told['path']}: {told['message']}" for told in flow.problems[:3])
        return NoSuchSide(f"{flow.name} is invalid as it stands, so there is nothing to compare.{reasons}")
    note = f"{'archived flow' if flow.is_archived else 'flow'}, as it is now (revision {flow.head.number})"
    return _of_spec(flow.name, note, flow.name, spec_of(flow.head), address(flow.name))


def of_revision(revision: Revision, ref: str = "") -> Side:
    flow: FlowPrototype = revision.flow
    href = reverse("templates:revision", args=[flow.name, revision.number])
    note = f"revision of {revision.created_at:%-d %b %Y, %H:%M} UTC"
    ref = ref or f"{flow.name}@{revision.number}"
    return _of_spec(f"{flow.name} #{revision.number}", note, ref, spec_of(revision), href)


def of_uploaded(label: str, spec: FlowSpec) -> Side:
    return _of_spec(label, "uploaded, not stored", "", spec, "")


def _of_spec(label: str, note: str, ref: str, spec: FlowSpec, href: str) -> Side:
    return Side(
        label=label,
        note=note,
        ref=ref,
        href=href,
        outline=outline_of_spec(spec),
        document=spec.to_json(),
        spec=spec,
    )


def of_routine_document(label: str, document: Mapping[str, Any]) -> Side:
    values = {key: value for key, value in document.items() if key != "class"}
    outline = outline_of_routine(document["class"], values)
    return Side(label=label, note="uploaded, not stored", outline=outline, document=dict(document))


def outline(revision: Revision) -> Outline:
    return outline_of_spec(spec_of(revision))


def address(name: str) -> str:
    return reverse("templates:revisions", args=[name])
