"""The page of *Rebase*: what changed in the origin, what here, and whose value counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from routilux_site.lib.errors import RoutiluxError
from templates_app import services
from templates_app.admin.verbpage import VerbForm, VerbPage, verb_page
from templates_app.audit import actor_of
from templates_app.fieldpaths import ABSENT
from templates_app.forms.layered import brief
from templates_app.merging import Change
from templates_app.models import Prototype

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin

_WHO = {
    "theirs": "→ changed there",
    "ours": "← changed here",
    "same": "= changed alike",
    "conflict": "≠ changed on both sides",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`name` is that of the choice on the page; `side` what is chosen, empty where nobody has chosen yet."""

    name: str
    path: str
    base: str
    theirs: str
    ours: str
    who: str
    is_conflict: bool
    side: str


class RebaseForm(VerbForm):
    """One choice for each change, by its place in the list; the paths come along, so that none is mistaken."""

    changes: tuple[Change, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, change in named(self.changes).items():
            self.fields[name] = forms.ChoiceField(
                choices=[("theirs", "theirs"), ("ours", "ours")],
                initial="" if change.kind == "conflict" else "theirs" if change.kind != "ours" else "ours",
                error_messages={"required": f"{change.path}: choose whose value counts."},
            )

    def take(self) -> dict[str, Any]:
        return {change.path: self.cleaned_data[name] for name, change in named(self.changes).items()}


def named(changes: tuple[Change, ...]) -> dict[str, Change]:
    return {f"take:{change.path}": change for change in changes}


def rebase_page(page: PrototypeAdmin, request: HttpRequest, duplicate: Prototype) -> HttpResponse:
    origin = Prototype.objects.filter(duplicates=duplicate.pk).first()
    try:
        changes = tuple(services.three_way(duplicate))
    except RoutiluxError:
        changes = ()
    kind: Any = type("Rebase", (RebaseForm,), {"changes": changes})

    def run(form: Any) -> object:
        return services.rebase(duplicate, take=form.take(), actor=actor_of(request), **form.said())

    verb = VerbPage(
        title=f"Rebase ‘{duplicate}’",
        intro=f"It was copied from ‘{origin}’. Choose, for each field that changed since, whose value counts.",
        submit=f"Rebase on ‘{origin}’",
        form=kind,
        run=run,
        done=lambda: format_html(
            '‘{}’ was rebased on <a href="{}">{}</a>.', duplicate, origin and origin.get_absolute_url(), origin
        ),
        body="templates_app/admin/includes/rebase.html",
        context={"lines": _lines(changes, request.POST), "origin": origin},
    )
    return verb_page(page, request, duplicate, verb)


def _lines(changes: tuple[Change, ...], said: Mapping[str, str]) -> list[Line]:
    return [_line(name, change, said.get(name)) for name, change in named(changes).items()]


def _line(name: str, change: Change, said: str | None) -> Line:
    usual = {"theirs": "theirs", "same": "theirs", "ours": "ours"}.get(change.kind, "")
    base, theirs, ours = (
        "not set" if side is ABSENT else brief(side) for side in (change.base, change.theirs, change.ours)
    )
    side = usual if said is None else said
    return Line(name, change.path, base, theirs, ours, _WHO[change.kind], change.kind == "conflict", side)
