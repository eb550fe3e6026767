"""Saving by way of the verbs: what a save reaches is confirmed first; a refusal is shown with all that was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.html import format_html

from routilux_site.lib.errors import RoutiluxError
from templates_app import stored
from templates_app.admin.confirming import PREVIEW, Preview, Unconfirmed, unconfirmed
from templates_app.assemble import Assembled
from templates_app.forms.meanwhile import Line, merged, rows_as_posted
from templates_app.models import Connection, Node, Prototype
from templates_app.refusals import StaleVersion

TRY = "_try"  #: the button that tries what stands in the form, and saves nothing

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Prototype]
else:
    _ModelAdmin = admin.ModelAdmin


@dataclass(slots=True)
class Outcome:
    """Why a save was taken back: refused, or to be confirmed. `lines` tell what another editor did meanwhile.

    `draft` is what the flow would become, where somebody asked for a preview.
    """

    refusal: RoutiluxError | None = None
    preview: Preview | None = None
    lines: tuple[Line, ...] = ()
    data: QueryDict | None = None
    draft: Assembled | None = None


def outcome_of(request: HttpRequest) -> Outcome:
    found: Outcome = request.__dict__.setdefault("save_outcome", Outcome())
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What one kind of prototype has of its own: its form, the verbs that save it, and what stands beside the form."""

    form_for: Callable[[Any, HttpRequest, Prototype | None], type[Any]]
    create: Callable[[HttpRequest, Any, list[Any]], Prototype]
    update: Callable[[Any, HttpRequest, Any, list[Any]], None]
    beside: Callable[[Any, HttpRequest, Prototype], dict[str, Any]]


class SavingAdmin(_ModelAdmin):
    ways: ClassVar[Ways]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What is refused or not confirmed is shown on the same page; Django has rolled the save back by then."""
        outcome = outcome_of(request)
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Unconfirmed as unseen:
            outcome.preview = unseen.preview
        except RoutiluxError as refusal:
            outcome.refusal = refusal
        if outcome.data is not None:
            request.POST = outcome.data  # type: ignore[assignment]
        return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Prototype | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The form for one prototype: its fields are made from the config of its class, and from what it inherits."""
        outcome = outcome_of(request)
        known: dict[Any, Any] = request.__dict__.setdefault("prototype_forms", {})
        key = (obj.pk if obj else None, outcome.refusal is None, outcome.preview is None)
        if key not in known:
            told = {"refusal": outcome.refusal, "held": outcome.preview is not None}
            known[key] = type("Form", (self.ways.form_for(self, request, obj),), told)
        return known[key]

    def save_model(self, request: HttpRequest, obj: Prototype, form: Any, change: bool) -> None:
        """Nothing: the rows of nodes and connections are needed too, and come with `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if not change:
            created = self.ways.create(request, form, list(formsets))
            form.instance.__dict__.update(created.__dict__)
        elif (
            request.POST.keys() & {PREVIEW, TRY}
            or form.has_changed()
            or any(formset.has_changed() for formset in formsets)
        ):
            self.ways.update(self, request, form, list(formsets))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return ""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the verbs write the history."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the verbs write the history."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Go on with the new prototype, where each setting has a field of its own, unless asked for another new one."""
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, format_html("‘{}’ was created.", obj), messages.SUCCESS)
        return HttpResponseRedirect(obj.get_absolute_url())

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        outcome, prototype = outcome_of(request), context["original"]
        context |= {"preview": outcome.preview, "meanwhile": outcome.lines, "may_preview": prototype is not None}
        if outcome.preview is not None:
            context["errors"] = []  # it is held, and nothing is wrong with it
        if prototype is not None:
            context |= self.ways.beside(self, request, prototype)
        return super().render_change_form(request, context, *args, **kwargs)


def save_seen(
    request: HttpRequest, form: Any, verb: Callable[[], object], ours: Mapping[str, Any], *, has_rows: bool
) -> None:
    """Run `verb`, which stores the form `ours`, if what it reaches was seen; raises Unconfirmed if not."""
    try:
        preview = unconfirmed(request, form.instance, verb)
        if preview is not None:
            raise Unconfirmed(preview)
        verb()
    except StaleVersion:
        _note_other_editor(request, form, ours, has_rows=has_rows)
        raise


def _note_other_editor(request: HttpRequest, form: Any, ours: Mapping[str, Any], *, has_rows: bool) -> None:
    outcome, now = outcome_of(request), Prototype.objects.get(pk=form.instance.pk)
    both, lines = merged(form.cleaned_data["seen"], stored.form_of(now), ours)
    outcome.lines = tuple(lines)
    if has_rows:
        nodes = Node.objects.filter(flow=now.pk).select_related("routine")
        connections = Connection.objects.filter(flow=now.pk).select_related("source", "target")
        outcome.data = rows_as_posted(request.POST, both, nodes, connections)
