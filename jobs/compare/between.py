"""Two jobs, or a failed one and the last good one, with all that is known of what differs: for every door alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from jobs.compare.evidence import evidence, inputs, last_good, outcomes_of, results
from jobs.compare.jsondiff import Change, changes
from jobs.compare.outcomes import Side, divergence, sides
from jobs.compare.suspects import Evidence, Suspect, suspects
from jobs.history.specs import spec_of
from jobs.models import Job
from jobs.models.job import JobQuerySet
from templates_app.diff import Difference, diff


@dataclass(frozen=True, slots=True)
class Told:
    """What differs between two values; nothing is told of what is too large to be compared."""

    changes: list[Change]
    too_large: bool


@dataclass(frozen=True, slots=True)
class Between:
    nodes: Sequence[Side]
    divergence: str
    differences: tuple[Difference, ...]
    input: Told
    result: Told


@dataclass(frozen=True, slots=True)
class Why:
    """`good` is the last job that went well; without one there is no evidence. `first` failed first like this one."""

    good: Job | None
    first: UUID | None
    evidence: Evidence
    suspects: list[Suspect]


def between(a: Job, b: Job) -> Between:
    nodes = sides(*outcomes_of(a, b))
    same = a.revision_id == b.revision_id
    differences = () if same else tuple(diff(spec_of(a.revision), spec_of(b.revision)))
    told = [Told(changes(pair.a, pair.b), pair.too_large) for pair in (inputs(a, b), results(a, b))]
    return Between(nodes, divergence(nodes), differences, *told)


def why(job: Job, jobs: JobQuerySet) -> Why:
    """`jobs` are those that the reader may see."""
    good = last_good(job, jobs)
    found = evidence(good, job, spec_of(good.revision), spec_of(job.revision)) if good else Evidence()
    return Why(good, _first_alike(job, jobs), found, suspects(found))


def _first_alike(job: Job, jobs: JobQuerySet) -> UUID | None:
    if not job.fingerprint:
        return None
    same = jobs.filter(fingerprint=job.fingerprint, flow_id=job.flow_id).order_by("id")
    return same.values_list("pk", flat=True).first()
