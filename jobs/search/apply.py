"""A query as conditions on rows. What an index can choose comes first; the rest only sifts a bounded window of it.

Each index of Job serves one kind of question, newest first. `chosen` holds what the best of them answers, `sifted` what
has to be looked at row by row: see `window`, which bounds how many rows that may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, TextField, Value

from jobs.models import Item, Wait
from jobs.models.job import JobQuerySet
from jobs.search.qualifiers import UNFINISHED, bound, id_digits, moment
from jobs.search.query import Query
from jobs.search.words import Problem, Term
from jobs.states import JOB_TERMINAL, JobStatus, WaitKind

_COMPARE = {"=": "exact", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_DIGITS = 32
#: The index that each could be served by.
INDEXED_FACTS = {"unfinished": "unfinished", "undecided": "unfinished", "mine": "actor"}


@dataclass(frozen=True, slots=True)
class FlowChoice:
    id: int
    name: str
    is_runnable: bool
    is_variant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, when, and which flows there are for them."""

    user: int | None
    now: datetime
    flows: Mapping[str, FlowChoice]


@dataclass(slots=True)
class Sought:
    """`chosen` by an index, in the order of the list; `sifted` row by row. `problems`: nothing is sought."""

    chosen: list[Q] = field(default_factory=list)
    sifted: list[Q] = field(default_factory=list)
    aliases: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def choose_from(self, jobs: JobQuerySet) -> JobQuerySet:
        return jobs.none() if self.problems else jobs.filter(*self.chosen)

    def sift(self, jobs: JobQuerySet) -> JobQuerySet:
        return jobs.alias(**self.aliases).filter(*self.sifted)


def sought(query: Query, asker: Asker) -> Sought:
    found = Sought(problems=list(query.problems))
    equal: dict[str, Q] = {}
    for term in query.terms:
        _add(found, equal, term, asker)
    _choose(found, equal)
    return found


def _add(found: Sought, equal: dict[str, Q], term: Term, asker: Asker) -> None:
    """A range of ids any index can serve; an equality waits in `equal`, because only one index will be taken."""
    problem = _unknown_flow(term, asker)
    if problem is not None:
        found.problems.append(problem)
    elif (term.key in ("since", "until", "id") or _is_id(term)) and not term.negated:
        found.chosen.append(_range(term, asker.now))
    else:
        condition = ~_any(found, term, asker) if term.negated else _any(found, term, asker)
        kind = _kind(term)
        if kind and not term.negated and kind not in equal:
            equal[kind] = condition
        else:
            found.sifted.append(condition)


def _kind(term: Term) -> str:
    """Which index could serve this term alone."""
    if term.key == "is":
        return INDEXED_FACTS.get(term.value, "") if len(term.values) == 1 else ""
    kinds = {"status": "status", "flow": "flow", "variant": "flow", "actor": "actor", "fingerprint": "fingerprint"}
    return kinds.get(term.key, "") if len(term.values) == 1 else ""


def _choose(found: Sought, equal: dict[str, Q]) -> None:
    """The index of the condition that leaves least; `failed` of a flow has one of its own."""
    order = ("fingerprint", "unfinished", "actor", "flow", "status")
    best = next((kind for kind in order if kind in equal), None)
    taken = {best} if best else set()
    if best == "flow" and equal.get("status") == Q(status__in=[JobStatus.FAILED.value]):
        taken.add("status")
    for kind, condition in equal.items():
        (found.chosen if kind in taken else found.sifted).append(condition)


def _unknown_flow(term: Term, asker: Asker) -> Problem | None:
    if term.key not in ("flow", "variant"):
        return None
    unknown = next((value for value in term.values if value not in asker.flows), None)
    if unknown is not None:
        return Problem(f"There is no flow {unknown[:100]!r} that you may see.", term.at)
    plain = next((value for value in term.values if not asker.flows[value].is_variant), None)
    if term.key == "variant" and plain is not None:
        return Problem(f"{plain!r} is no variant, it has no parent: write ‘flow:{plain}’.", term.at)
    return None


def _is_id(term: Term) -> bool:
    """A bare word that looks like the beginning of an id; ids begin with their time, and so with a zero."""
    return not term.key and term.value.startswith("0") and id_digits(term.value) is not None


def _range(term: Term, now: datetime) -> Q:
    at = moment(term.value, now) if term.key in ("since", "until") else None
    if at is not None:
        return Q(id__gte=id_at(at)) if term.key == "since" else Q(id__lt=id_at(at))
    return Q(id__range=id_range(term.value) or (UUID(int=1), UUID(int=0)))


def _any(found: Sought, term: Term, asker: Asker) -> Q:
    if term.key.startswith("input."):
        return _input(found, term)
    if term.key in ("flow", "variant"):
        return Q(flow_id__in=[asker.flows[value].id for value in term.values])
    if term.key == "status":
        return Q(status__in=list(term.values))
    conditions = [_one(term.key, value, asker) for value in term.values]
    condition = conditions[0]
    for other in conditions[1:]:
        condition |= other
    return condition


def _one(key: str, value: str, asker: Asker) -> Q:
    if key == "is":
        return _fact(value, asker)
    if key == "actor":
        return _by(value, asker)
    if key == "priority":
        operator, number = bound(value) or ("=", 0)
        return Q(**{f"priority__{_COMPARE[operator]}": number})
    if key == "id":
        return _range(Term("id", (value,)), asker.now)
    columns = {
        "node": "error_node",
        "fingerprint": "fingerprint",
        "revision": "revision__number",
        "origin": "origin_id",
    }
    return Q(**{columns[key]: value}) if key in columns else Q(error_summary__icontains=value)


def _fact(name: str, asker: Asker) -> Q:
    unfinished = Q(status__in=[status.value for status in UNFINISHED])
    asked = Wait.objects.filter(job_id=OuterRef("pk"), kind=WaitKind.DECISION, answered_at=None)
    facts = {
        "unfinished": unfinished,
        "undecided": unfinished & Q(Exists(asked)),
        "ended": Q(status__in=sorted(status.value for status in JOB_TERMINAL)),
        "open": unfinished & Q(keep_open=True),
        "rerun": Q(origin__isnull=False),
        "scheduled": Q(schedule__isnull=False),
        "mine": Q(actor_id=asker.user),
    }
    return facts[name]


def _by(name: str, asker: Asker) -> Q:
    if name == "me":
        return Q(actor_id=asker.user)
    if name == "nobody":
        return Q(actor_id=None)
    # A scalar sub-query is asked once, so that the index on the actor still gives the order.
    return Q(actor_id=Subquery(get_user_model().objects.filter(username=name).values("pk")[:1]))


def _input(found: Sought, term: Term) -> Q:
    """A value of what the job was triggered with. A sub-query per row: a join would read every input there is."""
    path = [Value(key) for key in term.key.split(".")[1:]]
    text = Func(F("payload"), *path, function="jsonb_extract_path_text", output_field=TextField())
    first = Item.objects.filter(job_id=OuterRef("pk"), source_id=None).order_by("id")
    name = f"input_{len(found.aliases)}"
    found.aliases[name] = Subquery(first.annotate(said=text).values("said")[:1])
    if "*" in term.values:
        return Q(**{f"{name}__isnull": False})
    return Q(**{f"{name}__in": list(term.values)})


def id_at(at: datetime) -> UUID:
    """Job ids begin with their time, so a time is a bound of the primary key."""
    return UUID(int=max(int(at.timestamp() * 1000), 0) << 80)


def id_range(text: str) -> tuple[UUID, UUID] | None:
    """The lowest and the highest id that begin with `text`; None when no id can."""
    digits = id_digits(text) if text.strip() else ""
    return (_prefix(digits, "0"), _prefix(digits, "f")) if digits is not None else None


def _prefix(digits: str, fill: str) -> UUID:
    return UUID(digits.ljust(_DIGITS, fill))
