"""What the palette and the search page find: flows, routines, jobs, pages, and what can be done with them.

Each kind asks at most one question of the database, and shows only what its reader may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from jobs.access import TRIGGER
from jobs.models import Job
from jobs.pages.rows import shortened
from jobs.pages.steering import allowed
from routilux_site.context import navigation
from templates_app.models import FlowPrototype, RoutinePrototype

MOST = 8
LONGEST = 200
HINT = 100
JOB_VERBS = ("retry", "cancel", "pause", "resume")
_HEX = frozenset("0123456789abcdef")
_SHORTEST_ID = 4


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    label: str
    hint: str
    url: str

    def to_json(self) -> dict[str, str]:
        return asdict(self)


Source = Callable[[HttpRequest, list[str]], Iterable[Found]]


def find(request: HttpRequest, text: str) -> list[Found]:
    """At most so many of each kind; without words what can be done at all."""
    words = text.lower().replace("\0", "")[:LONGEST].split()
    return [found for source in SOURCES for found in list(source(request, words))[:MOST]]


def jobs(request: HttpRequest, words: list[str]) -> Iterator[Found]:
    """By the beginning of an id, as people copy it from a log."""
    bounds = _bounds(words[0]) if len(words) == 1 else None
    if bounds is None:
        return
    rows = Job.objects.visible_to(request.user).filter(pk__gte=bounds[0], pk__lte=bounds[1])
    found = list(rows.select_related("flow").only("pk", "status", "flow__name").order_by("-pk")[:MOST])
    for job in found:
        yield Found("Job", str(job.pk), f"{job.flow.name}, {job.get_status_display().lower()}", job.get_absolute_url())
    if len(found) == 1:
        yield from _done_to(found[0], request)


def _done_to(job: Job, request: HttpRequest) -> Iterator[Found]:
    """What can be done to the one job that is meant."""
    may = allowed(job, request.user)
    for verb in (verb for verb in JOB_VERBS if verb in may):
        url = reverse("jobs:do", args=[job.pk, verb])
        yield Found("Action", f"{verb.capitalize()} this job of {job.flow.name}", "", url)
    if request.user.has_perm(TRIGGER):
        yield Found("Action", f"Run {job.flow.name} again", "", reverse("jobs:again", args=[job.pk]))


def flows(request: HttpRequest, words: list[str]) -> Iterator[Found]:
    """A flow, and after it what can be done with it; a verb among the words asks for that alone."""
    verbs = [verb for verb in VERBS if request.user.has_perm(f"templates_app.{verb.permission}")]
    asked = [verb for verb in verbs if words and verb.is_asked(words[0])]
    rest = words[1:] if asked else words
    if not words or not rest:
        return
    opens = request.user.has_perm("templates_app.view_flowprototype")
    rows = _named(FlowPrototype.objects.visible_to(request.user).filter(archived_at=None), rest)
    for flow in rows.only("pk", "name", "kind", "description", "head_id"):
        if not asked and opens:
            yield Found("Flow", flow.name, shortened(flow.description, HINT), flow.get_absolute_url())
        yield from (verb.found(flow) for verb in (asked or verbs) if flow.head_id or not verb.needs_head)


def routines(request: HttpRequest, words: list[str]) -> Iterator[Found]:
    if not words or not request.user.has_perm("templates_app.view_routineprototype"):
        return
    rows = _named(RoutinePrototype.objects.filter(archived_at=None), words)
    for routine in rows.only("pk", "name", "kind", "description"):
        yield Found("Routine", routine.name, shortened(routine.description, HINT), routine.get_absolute_url())


def pages(request: HttpRequest, words: list[str]) -> Iterator[Found]:
    known = [(item["label"], item["url"]) for item in navigation(request)["nav_items"]]
    known += [(label, reverse(name)) for label, name, needs in PAGES if not needs or request.user.has_perm(needs)]
    for label, url in known:
        if all(any(part.startswith(word) for part in label.lower().split()) for word in words):
            yield Found("Page", label, "", url)


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done with a flow."""

    words: tuple[str, ...]
    address: str
    permission: str
    needs_head: bool = True

    def is_asked(self, word: str) -> bool:
        return len(word) > 1 and any(known.startswith(word) for known in self.words)

    def found(self, flow: FlowPrototype) -> Found:
        is_admin = self.address.startswith("admin:")
        url = reverse(self.address, args=[flow.pk if is_admin else flow.name])
        return Found("Action", f"{self.words[0].capitalize()} {flow.name}", "", url)


VERBS = (
    Verb(("trigger", "run", "start"), "jobs:trigger", "trigger_flowprototype"),
    Verb(("dry-run", "dry", "try"), "jobs:dry-run", "trigger_flowprototype", needs_head=False),
    Verb(("vary", "variant", "clone"), "admin:templates_app_flowprototype_variant", "clone_flowprototype"),
)
PAGES: tuple[tuple[str, str, str], ...] = (
    ("New job", "jobs:choose", "templates_app.trigger_flowprototype"),
    ("New flow", "admin:templates_app_flowprototype_add", "templates_app.add_flowprototype"),
    ("New routine", "admin:templates_app_routineprototype_add", "templates_app.add_routineprototype"),
    ("Errors, grouped", "jobs:errors", ""),
    ("Compare jobs", "jobs:compare", ""),
    ("Compare templates", "templates:compare", "templates_app.view_flowprototype"),
    ("Help: words and shortcuts", "help", ""),
)
SOURCES: tuple[Source, ...] = (pages, jobs, flows, routines)


def _named(rows: QuerySet[Any], words: Iterable[str]) -> QuerySet[Any]:
    """Each word stands in the name or in the description; what is named so comes first."""
    named = Q()
    for word in words:
        rows = rows.filter(Q(name__icontains=word) | Q(description__icontains=word))
        named &= Q(name__icontains=word)
    is_named = ExpressionWrapper(named, output_field=BooleanField())
    return rows.order_by(is_named.desc(), "name")[:MOST]


def _bounds(text: str) -> tuple[UUID, UUID] | None:
    """The first and the last id that begin so: a range, which the primary key's index answers."""
    digits = text.replace("-", "")
    if not _SHORTEST_ID <= len(digits) <= 32 or not set(digits) <= _HEX:
        return None
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
