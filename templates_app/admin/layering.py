"""Pages of the verbs between a variant and its parent: promote, detach, reset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from templates_app import services
from templates_app.admin.verbpage import VerbForm, VerbPage, verb_page
from templates_app.audit import actor_of
from templates_app.explain import Row, explain
from templates_app.forms.layered import brief
from templates_app.models import Prototype

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that a variant overrides: what it sets, and what it would inherit."""

    path: str
    own: str
    inherited: str


class PromoteForm(VerbForm):
    paths = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose what shall move to the parent."}
    )
    choices: tuple[tuple[str, str], ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paths"].choices = self.choices  # type: ignore[attr-defined]
        self.fields["paths"].show_hidden_initial = False


def overridden(prototype: Prototype) -> list[Row]:
    return [row for row in explain(prototype) if row.state == "overridden"]


def choices(prototype: Prototype) -> list[Choice]:
    return [_choice(row) for row in overridden(prototype)]


def _choice(row: Row) -> Choice:
    above = [found.value for found in row.layers[:-1] if found.is_set]
    return Choice(row.path, brief(row.layers[-1].value), brief(above[-1]) if above else "not set")


def promote_page(page: PrototypeAdmin, request: HttpRequest, variant: Prototype) -> HttpResponse:
    parent = variant.parent
    found = choices(variant) if parent is not None and not parent.is_code else []
    offered = tuple((choice.path, choice.path) for choice in found)

    def run(form: Any) -> None:
        services.promote(variant, paths=form.cleaned_data["paths"], actor=actor_of(request), **form.said())

    verb = VerbPage(
        title=f"Promote values of ‘{variant}’",
        intro=f"What you choose moves to ‘{parent}’, and ‘{variant}’ inherits it from there. So do the other variants "
        f"of ‘{parent}’ that do not set it themselves.",
        submit=f"Promote to ‘{parent}’",
        form=type("Promote", (PromoteForm,), {"choices": offered}),
        run=run,
        done=lambda: format_html(
            'Promoted to <a href="{}">{}</a>, which ‘{}’ inherits from.',
            parent and parent.get_absolute_url(),
            parent,
            variant,
        ),
        body="templates_app/admin/includes/promote.html",
        context={"choices": found, "chosen": request.POST.getlist("paths"), "parent": parent},
    )
    return verb_page(page, request, variant, verb)


def detach_page(page: PrototypeAdmin, request: HttpRequest, variant: Prototype) -> HttpResponse:
    parent = variant.parent

    def run(form: Any) -> None:
        services.detach(variant, actor=actor_of(request), **form.said())

    verb = VerbPage(
        title=f"Detach ‘{variant}’",
        intro=f"It keeps all that it means now, and later changes of ‘{parent}’ do not reach it any more. You can "
        "still rebase it on them.",
        submit=f"Detach from ‘{parent}’",
        run=run,
        done=lambda: format_html(
            '‘{}’ is independent now; it was a variant of <a href="{}">{}</a>.',
            variant,
            parent and parent.get_absolute_url(),
            parent,
        ),
        asks=False,
    )
    return verb_page(page, request, variant, verb)


def reset_page(page: PrototypeAdmin, request: HttpRequest, prototype: Prototype) -> HttpResponse:
    path = request.GET.get("path", "")[:500]

    def run(form: Any) -> None:
        services.reset(prototype, path=path, actor=actor_of(request), **form.said())

    verb = VerbPage(
        title=f"Reset {path} of ‘{prototype}’",
        intro="It forgets what it sets here and inherits the value again.",
        submit="Reset to inherited",
        run=run,
        done=lambda: format_html(
            '{} is inherited again. <a href="{}">All fields</a>', path, page.url("fields", prototype)
        ),
        asks=False,
    )
    return verb_page(page, request, prototype, verb)
