"""What the filter of the job list may name: flows that the reader may see, and views that somebody saved. One query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q, TextField, Value
from django.db.models.functions import Cast

from jobs.models import SavedView
from jobs.pages.reads import User
from jobs.search.apply import FlowChoice
from templates_app.models import FlowPrototype

FLOWS, VIEWS = 500, 100
_COLUMNS = ("what", "id", "called", "said", "first", "second")


@dataclass(frozen=True, slots=True)
class View:
    id: int
    name: str
    query: str
    shared: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class Known:
    flows: dict[str, FlowChoice]
    views: list[View]


def known(user: User) -> Known:
    rows = list(_flows(user).union(_views(user), all=True))
    return Known(
        {row[2]: FlowChoice(row[1], row[2], row[4], row[5]) for row in _only(rows, "flow")},
        [View(*row[1:]) for row in _only(rows, "view")],
    )


def _only(rows: Iterable[Any], what: str) -> list[Any]:
    return sorted((row for row in rows if row[0] == what), key=lambda row: row[2].lower())


def _flows(user: User) -> Any:
    flows = FlowPrototype.objects.visible_to(user).order_by("name")  # type: ignore[arg-type]
    runnable, variant = Q(head__isnull=False, archived_at=None), Q(parent__isnull=False)
    return _rows(flows, "flow", F("name"), Value(""), runnable, variant)[:FLOWS]


def _views(user: User) -> Any:
    views = SavedView.objects.filter(Q(user=user.pk) | Q(shared=True)).order_by("name")
    return _rows(views, "view", F("name"), F("query"), Q(shared=True), Q(user=user.pk))[:VIEWS]


def _rows(rows: Any, what: str, called: Any, said: Any, *facts: Q) -> Any:
    first, second = (ExpressionWrapper(fact, output_field=BooleanField()) for fact in facts)
    texts = {"called": Cast(called, TextField()), "said": Cast(said, TextField())}
    labelled = rows.annotate(what=Value(what, output_field=TextField()), first=first, second=second, **texts)
    return labelled.values_list(*_COLUMNS)
