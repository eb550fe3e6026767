"""A filter as it comes through doors that have no list of all flows at hand: with the flows it names, or refused."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from jobs.errors import BadFilter
from jobs.search.apply import Asker, FlowChoice, Sought, sought
from jobs.search.query import Query, parse
from routilux_site.lib.errors import ErrorDetail
from templates_app.models import FlowPrototype


def understood(text: str, flows: QuerySet[FlowPrototype], *, user: int | None, now: datetime) -> Sought:
    """`flows` are those that the one who asks may see. Raises BadFilter, which tells of all that is wrong."""
    query = parse(text)
    found = sought(query, Asker(user=user, now=now, flows=_named(query, flows)))
    if found.problems:
        told = [ErrorDetail("q", BadFilter.code, str(problem)) for problem in found.problems]
        raise BadFilter(" ".join(detail.message for detail in told), path="q", errors=told)
    return found


def _named(query: Query, flows: QuerySet[FlowPrototype]) -> dict[str, FlowChoice]:
    names = {value for term in query.terms if term.key in ("flow", "variant") for value in term.values}
    rows = flows.filter(name__in=names) if names else flows.none()
    return {flow.name: FlowChoice(flow.pk, flow.name, flow.is_runnable, flow.is_variant) for flow in rows}
