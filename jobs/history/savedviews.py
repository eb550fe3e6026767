"""The verbs on saved views: filters of the job list that people keep under a name."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from jobs.errors import JobError
from jobs.models import SavedView
from jobs.search.query import parse
from routilux_site.lib.text import is_label

LONGEST_NAME, MOST = 60, 50


class BadView(JobError):
    title = "The view cannot be saved"
    code = "bad-view"
    status = 422


def save_view(*, user: User, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep `query` under `name`; the same name again replaces what it meant. Raises BadView."""
    name = " ".join(name.split())
    _check(user, name, query, shared)
    with transaction.atomic():
        if SavedView.objects.filter(user=user).exclude(name=name).count() >= MOST:
            raise BadView(f"You have {MOST} views: delete one that you no longer use.", path="name")
        kept = {"query": parse(query).text, "shared": shared}
        return SavedView.objects.update_or_create(user=user, name=name, defaults=kept)[0]


def delete_view(*, view: SavedView) -> None:
    view.delete()


def _check(user: User, name: str, query: str, shared: bool) -> None:
    if not is_label(name, LONGEST_NAME):
        raise BadView(f"A view needs a name of at most {LONGEST_NAME} printable characters.", path="name")
    found = parse(query)
    if found.problems:
        raise BadView(str(found.problems[0]), path="query")
    if not found.terms:
        raise BadView("The filter is empty: choose what the view shall show before you save it.", path="query")
    if shared and not user.is_staff:
        raise BadView("Only staff may share a view; save it for yourself.", path="shared")
