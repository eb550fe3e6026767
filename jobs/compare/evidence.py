"""What is known about two jobs of one flow: gathered here, judged by `suspects` and `outcomes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, Sum, TextField
from django.db.models.functions import Cast, Length

from jobs.compare.jsondiff import changes, shape_changes
from jobs.compare.outcomes import Outcome, outcomes
from jobs.compare.suspects import Evidence
from jobs.history import selectors
from jobs.models import Activation, CodeVersion, Item, Job, Session
from jobs.models.job import JobQuerySet
from jobs.runtime.program import Program
from jobs.search.apply import Sought
from jobs.search.window import page_of
from jobs.states import JobStatus
from routilux_site.lib.strict_json import canonical
from templates_app.diff import Difference, diff
from templates_app.spec import FlowSpec

_CHARS = Length(Cast("payload", TextField()))
MOST_INPUT = 256 * 1024  #: characters of an input that is compared


@dataclass(frozen=True, slots=True)
class Pair:
    """What two jobs took, or what they sent. `too_large`: at least one is too long to be compared here."""

    a: Any
    b: Any
    too_large: bool = False


def last_good(job: Job, jobs: JobQuerySet) -> Job | None:
    """The newest of `jobs` that completed before `job`, of the same flow; looked for among a bounded number."""
    good = Sought(chosen=[Q(flow_id=job.flow_id)], sifted=[Q(status=JobStatus.COMPLETED)])
    found = page_of(jobs.select_related("flow", "revision"), good, cursor=f"after.{job.pk}", size=1).page.items
    return found[0] if found else None


def inputs(a: Job, b: Job) -> Pair:
    """What the two were triggered with; None where one began empty."""
    first = [_first_input(job) for job in (a, b)]
    if any(item is not None and item[1] > MOST_INPUT for item in first):
        return Pair(None, None, too_large=True)
    before, after = (_payload(item[0]) if item else None for item in first)
    return Pair(before, after)


def results(a: Job, b: Job) -> Pair:
    """What left the two, by node and event. In which order branches that ran side by side sent it, says nothing."""
    before, after = selectors.result(a), selectors.result(b)
    if before.truncated or after.truncated:
        return Pair(None, None, too_large=True)
    kept = {event: _in_order(before.events.get(event, []), sent) for event, sent in after.events.items()}
    return Pair(_by_node(before.events), _by_node(kept))


def _by_node(events: dict[str, list[Any]]) -> dict[str, dict[str, list[Any]]]:
    """So that a place in it reads `report.written.0.rows`."""
    found: dict[str, dict[str, list[Any]]] = {}
    for port, sent in events.items():
        node, _, event = port.partition(".")
        found.setdefault(node, {})[event] = sent
    return found


def _in_order(before: list[Any], after: list[Any]) -> list[Any]:
    """`before`, if both hold the same."""
    same = len(before) == len(after) and sorted(map(canonical, before)) == sorted(map(canonical, after))
    return before if same else after


def _first_input(job: Job) -> tuple[int, int] | None:
    items = Item.objects.filter(job=job, source_id=None).order_by("id")
    return items.annotate(chars=_CHARS).values_list("pk", "chars").first()


def _payload(item: int) -> Any:
    return Item.objects.values_list("payload", flat=True).get(pk=item)


def evidence(good: Job, bad: Job, before: FlowSpec, after: FlowSpec) -> Evidence:
    differences: Sequence[Difference] = () if before.hash == after.hash else diff(before, after)
    said = inputs(good, bad)
    shape = shape_changes(said.a, said.b)
    told = {change.path for change in shape}
    return Evidence(
        node=bad.error_node,
        earlier=_earlier(after, bad.error_node),
        differences=differences,
        shape=shape,
        values=[change for change in changes(said.a, said.b) if change.kind == "changed" and change.path not in told],
        code=code_changes(good, bad, after),
    )


def _earlier(spec: FlowSpec, node: str) -> frozenset[str]:
    below = Program(spec).downstream
    return frozenset(name for name, reached in below.items() if node in reached and name != node)


def code_changes(good: Job, bad: Job, spec: FlowSpec) -> dict[str, bool | None]:
    """Of each node that had steps in the job that failed: whether its module is another one; None when unknown."""
    ran = _sessions([good.pk, bad.pk])
    versions = _versions(set(ran.values()))
    nodes = [node for job, node in ran if job == bad.pk and node in spec.nodes]
    return {node: _differs(ran, versions, (good.pk, bad.pk), (node, spec.nodes[node].class_key)) for node in nodes}


def _sessions(jobs: list[UUID]) -> dict[tuple[UUID, str], UUID | None]:
    """The session of the newest step of each node of each job."""
    rows = Activation.objects.filter(job_id__in=jobs, attempt__gt=0).order_by("job_id", "node", "-id")
    newest = rows.distinct("job_id", "node").values_list("job_id", "node", "session_id")
    return {(job, node): session for job, node, session in newest}


def _versions(sessions: set[UUID | None]) -> dict[UUID | None, Mapping[str, str]]:
    known = Session.objects.filter(pk__in=[session for session in sessions if session]).exclude(code="")
    codes: dict[UUID, str] = dict(known.values_list("pk", "code"))
    classes = dict(CodeVersion.objects.filter(pk__in=set(codes.values())).values_list("hash", "classes"))
    return {session: classes.get(code, {}) for session, code in codes.items()}


def _differs(
    ran: Mapping[tuple[UUID, str], UUID | None],
    versions: Mapping[UUID | None, Mapping[str, str]],
    jobs: tuple[UUID, UUID],
    place: tuple[str, str],
) -> bool | None:
    node, class_key = place
    hashes = [versions.get(ran.get((job, node)), {}).get(class_key, "") for job in jobs]
    return hashes[0] != hashes[1] if all(hashes) else None


def outcomes_of(a: Job, b: Job) -> tuple[dict[str, Outcome], dict[str, Outcome]]:
    """How the nodes of two jobs went; one query."""
    rows = Activation.objects.filter(job_id__in=[a.pk, b.pk]).order_by().values_list("job_id", "node", "status")
    summed = rows.annotate(Count("id"), Sum("attempt"), lasted=Sum(F("finished_at") - F("started_at")), first=Min("id"))
    by_job: dict[UUID, list[Any]] = {a.pk: [], b.pk: []}
    for job, node, status, steps, attempts, lasted, first in summed:
        seconds = lasted.total_seconds() if lasted else 0.0
        by_job[job].append((node, status, steps, attempts, seconds, first))
    return outcomes(by_job[a.pk]), outcomes(by_job[b.pk])
