"""What the pages of routine and flow prototypes share: the verbs behind them, and how a refusal is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from routilux_site.lib.errors import RoutiluxError
from templates_app import services
from templates_app.admin.clone import CloneVerb, clone_page
from templates_app.admin.filters import ArchivedFilter
from templates_app.audit import actor_of
from templates_app.forms.prototypes import RefusalMixin
from templates_app.models import Prototype

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Prototype]
else:
    _ModelAdmin = admin.ModelAdmin


class PrototypeAdmin(_ModelAdmin):
    list_display = ["name", "based_on", "state", "category", "updated_at"]
    list_filter = [ArchivedFilter]
    list_select_related = ["parent"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["name", "description", "category"]
    search_help_text = "Name, description or category"
    actions = ["create_variant", "duplicate", "archive"]
    change_form_template = "templates_app/admin/prototype.html"
    view_on_site = False

    class Media:
        css = {"all": ["templates_app/admin.css", "templates_app/graph.css"]}

    @admin.display(description="based on", ordering="parent__name")
    def based_on(self, prototype: Prototype) -> SafeString | str:
        parent = prototype.parent
        return format_html('<a href="{}">{}</a>', parent.get_absolute_url(), parent) if parent else "–"

    @admin.display(description="state")
    def state(self, prototype: Prototype) -> SafeString | str:
        if prototype.is_archived:
            return badge("wait", "▪ archived")
        return badge("ok", "◆ code") if prototype.is_code else badge("ok", "✓ in use")

    # --- permissions ---

    def has_delete_permission(self, request: HttpRequest, obj: Prototype | None = None) -> bool:
        return False  # history keeps its foreign keys: a prototype is archived

    def has_change_permission(self, request: HttpRequest, obj: Prototype | None = None) -> bool:
        is_open = obj is None or not (obj.is_code or obj.is_archived)
        return is_open and super().has_change_permission(request, obj)

    def has_clone_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "clone")

    def has_archive_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "archive")

    def _may(self, request: HttpRequest, verb: str) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename(verb, self.opts)}"))

    # --- saving, which the verbs do ---

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A refused save is shown on the same page with all that was typed; Django has rolled it back by then."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except RoutiluxError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Prototype | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The form for one prototype: its fields are made from the config of its class, and from what it inherits."""
        known: dict[int | None, Any] = request.__dict__.setdefault("prototype_forms", {})
        key = obj.pk if obj else None
        if key not in known:
            refusal = getattr(request, "refusal", None)
            known[key] = type("Form", (self.form_for(request, obj),), {"refusal": refusal})
        elif known[key].refusal is not getattr(request, "refusal", None):
            del known[key]
            return self.get_form(request, obj, change, **kwargs)
        return known[key]

    def form_for(self, request: HttpRequest, obj: Prototype | None) -> type[RefusalMixin]:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Prototype, form: Any, change: bool) -> None:
        """Nothing: the rows of nodes and connections are needed too, and come with `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if not change:
            created = self.create(request, form, list(formsets))
            form.instance.__dict__.update(created.__dict__)
        elif form.has_changed() or any(formset.has_changed() for formset in formsets):
            self.update(request, form, list(formsets))

    def create(self, request: HttpRequest, form: Any, formsets: list[Any]) -> Prototype:
        raise NotImplementedError

    def update(self, request: HttpRequest, form: Any, formsets: list[Any]) -> None:
        raise NotImplementedError

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

    # --- actions ---

    def get_urls(self) -> list[Any]:
        site = self.admin_site.admin_view
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        own: list[URLPattern] = [
            path("<int:pk>/variant/", site(self.variant_view), name=f"{prefix}_variant"),
            path("<int:pk>/duplicate/", site(self.duplicate_view), name=f"{prefix}_duplicate"),
            path("<int:pk>/archive/", site(self.archive_view), name=f"{prefix}_archive"),
        ]
        return [*own, *super().get_urls()]

    @admin.action(permissions=["clone"], description="Create variant of the selected")
    def create_variant(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._to_clone_page(request, queryset, "variant")

    @admin.action(permissions=["clone"], description="Duplicate the selected")
    def duplicate(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._to_clone_page(request, queryset, "duplicate")

    @admin.action(permissions=["archive"], description="Archive the selected")
    def archive(self, request: HttpRequest, queryset: Any) -> None:
        for prototype in queryset:
            try:
                services.archive(prototype, actor=actor_of(request))
                self.message_user(request, format_html("‘{}’ was archived.", prototype), messages.SUCCESS)
            except RoutiluxError as refusal:
                self.message_user(request, refusal.message, messages.ERROR)

    def _to_clone_page(self, request: HttpRequest, queryset: Any, verb: str) -> HttpResponse | None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, "Select exactly one: each copy needs a name of its own.", messages.ERROR)
            return None
        return HttpResponseRedirect(self.url(verb, chosen[0]))

    def variant_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return clone_page(self, request, self.get_or_404(request, pk, "clone"), CloneVerb.VARIANT)

    def duplicate_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return clone_page(self, request, self.get_or_404(request, pk, "clone"), CloneVerb.DUPLICATE)

    def archive_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then archive; of an archived one, bring it back."""
        prototype = self.get_or_404(request, pk, "archive")
        verb, done = (
            (services.unarchive, "‘{}’ was brought back.")
            if prototype.is_archived
            else (services.archive, "‘{}’ was archived.")
        )
        if request.method == "POST":
            try:
                verb(prototype, actor=actor_of(request))
                self.message_user(request, format_html(done, prototype), messages.SUCCESS)
            except RoutiluxError as refusal:
                self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(prototype.get_absolute_url())
        title = "Bring back" if prototype.is_archived else "Archive"
        intro = "It can be used again." if prototype.is_archived else "It can no longer be used; history keeps it."
        return self.tool_page(request, prototype, title=f"{title} ‘{prototype}’", intro=intro, submit=title)

    def get_or_404(self, request: HttpRequest, pk: int, verb: str) -> Prototype:
        found = self.get_queryset(request).select_related("parent").filter(pk=pk).first()
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        if not getattr(self, f"has_{verb}_permission")(request):
            raise PermissionDenied
        return found

    def tool_page(
        self, request: HttpRequest, prototype: Prototype, *, form: Any = None, fieldsets: Any = (), **context: Any
    ) -> TemplateResponse:
        """A page with a form about one prototype, in the looks of the admin."""
        shown = helpers.AdminForm(form, list(fieldsets), {}, model_admin=self) if form is not None else None
        page = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": prototype,
            "adminform": shown,
            "errors": form.errors if form is not None else {},
            "media": self.media + (shown.media if shown else self.media),
            **context,
        }
        return TemplateResponse(request, "templates_app/admin/tool.html", page)

    def url(self, name: str, prototype: Prototype) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[prototype.pk])

    def tools(self, request: HttpRequest, prototype: Prototype) -> list[tuple[str, str]]:
        """Links at the head of the page, as (label, address)."""
        found = []
        if self.has_clone_permission(request) and not prototype.is_archived:
            found += [
                ("Create variant", self.url("variant", prototype)),
                ("Duplicate", self.url("duplicate", prototype)),
            ]
        if self.has_archive_permission(request) and not prototype.is_code:
            found.append(("Bring back" if prototype.is_archived else "Archive", self.url("archive", prototype)))
        return found


def badge(kind: str, words: str) -> SafeString:
    return format_html('<span class="rtx-badge {}">{}</span>', kind, words)
