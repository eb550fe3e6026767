"""One page for one verb: what it asks, what it would reach, and the button that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from routilux_site.lib.errors import RoutiluxError
from templates_app import impact
from templates_app.admin.confirming import Preview, shown, unconfirmed
from templates_app.forms.prototypes import RefusalMixin
from templates_app.models import Prototype

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin


class VerbForm(RefusalMixin, forms.Form):
    """What every verb may be told: the version that was looked at, and why it is done."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    message = forms.CharField(
        required=False,
        max_length=500,
        label="Why",
        help_text="For the history; others will read it.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def field_for_path(self, path: str) -> str | None:
        return None  # paths are those of templates, not of this form

    def said(self) -> dict[str, Any]:
        return {"version": self.cleaned_data["version"], "message": self.cleaned_data["message"]}


@dataclass(frozen=True, kw_only=True)
class VerbPage:
    """`run` is given the valid form and does the verb; `done` makes the message that links to the result.

    A page that `asks` nothing shows the impact at once. `body` is a template for what the form asks in its own way.
    """

    title: str
    intro: str
    submit: str
    run: Callable[[Any], object]
    done: Callable[[], SafeString]
    form: type[VerbForm] = VerbForm
    asks: bool = True
    fields: tuple[str, ...] = ("message",)
    initial: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)


def verb_page(page: PrototypeAdmin, request: HttpRequest, subject: Prototype, verb: VerbPage) -> HttpResponse:
    form: Any = verb.form(initial={**verb.initial, "version": subject.version})
    preview = None
    if request.method == "POST":
        form = verb.form(request.POST, initial={"version": subject.version})
        form, preview, is_done = _try(request, subject, verb, form)
        if is_done:
            page.message_user(request, verb.done(), messages.SUCCESS)
            return HttpResponseRedirect(subject.get_absolute_url())
    elif not verb.asks:
        form, preview = _foreseen(subject, verb, form)
    label = verb.submit if preview is not None else "Preview"
    return page.tool_page(
        request,
        subject,
        form=form,
        fieldsets=[(None, {"fields": ["version", *verb.fields]})],
        title=verb.title,
        intro=verb.intro,
        submit=label,
        preview=preview,
        body=verb.body,
        **verb.context,
    )


def _try(request: HttpRequest, subject: Prototype, verb: VerbPage, form: Any) -> tuple[Any, Preview | None, bool]:
    if not form.is_valid():
        return form, None, False
    run = partial(verb.run, form)
    try:
        with transaction.atomic():
            preview = unconfirmed(request, subject, run, always=True)
            if preview is None:
                run()
    except RoutiluxError as refusal:
        subject.refresh_from_db()
        return _refused(verb, refusal, subject, request.POST), None, False
    return form, preview, preview is None


def _refused(verb: VerbPage, refusal: RoutiluxError, subject: Prototype, said: Mapping[str, Any]) -> Any:
    kind: Any = type("Refused", (verb.form,), {"refusal": refusal, "current_version": subject.version})
    return kind(said, initial={"version": subject.version})


def _foreseen(subject: Prototype, verb: VerbPage, form: Any) -> tuple[Any, Preview | None]:
    said = {"version": str(subject.version), "message": ""}
    told = verb.form(said)
    told.is_valid()
    try:
        return form, shown(impact.preview(lambda: verb.run(told)), subject)
    except RoutiluxError as refusal:
        return _refused(verb, refusal, subject, said), None
