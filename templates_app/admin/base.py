"""What the pages of routine and flow prototypes share: the list, who may do what, and one address for each verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from routilux_site.lib.badges import badge
from routilux_site.lib.errors import RoutiluxError
from templates_app import services
from templates_app.admin import fieldspage, layering, rebasing, ruling
from templates_app.admin.clone import CloneVerb, clone_page
from templates_app.admin.filters import StateFilter, VariantFilter
from templates_app.admin.links import Link, first_error, row_links, tools
from templates_app.admin.saving import SavingAdmin
from templates_app.audit import actor_of
from templates_app.models import Prototype

Page = Callable[["PrototypeAdmin", HttpRequest, Prototype], HttpResponse]

#: What people read about a prototype, as they write it, and the page of who may only look.
WORDS = ["name", "description", "category", "tag_list"]
READ_ONLY = [(None, {"fields": ["name", "variant_of", "state", "description", "category", "tags"]})]

#: The page of each verb, with the permission that it needs.
PAGES: dict[str, tuple[Page, str]] = {
    "variant": (lambda page, request, found: clone_page(page, request, found, CloneVerb.VARIANT), "clone"),
    "duplicate": (lambda page, request, found: clone_page(page, request, found, CloneVerb.DUPLICATE), "clone"),
    "promote": (layering.promote_page, "edit"),
    "detach": (layering.detach_page, "edit"),
    "reset": (layering.reset_page, "edit"),
    "rebase": (rebasing.rebase_page, "edit"),
    "rule": (ruling.rule_page, "edit"),
    "fields": (fieldspage.fields_page, "view"),
}


class PrototypeAdmin(SavingAdmin):
    list_display = ["name", "variant_of", "state", "category", "updated_at"]
    list_filter = [StateFilter, VariantFilter]
    list_select_related = ["parent"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["name", "description", "category"]
    search_help_text = "Name, description or category"
    actions = ["create_variant", "duplicate", "promote", "detach", "rebase", "archive"]
    change_form_template = "templates_app/admin/prototype.html"
    view_on_site = False

    class Media:
        css = {"all": ["templates_app/admin.css", "templates_app/graph.css"]}

    def get_list_display(self, request: HttpRequest) -> Any:
        """The links of a row depend on what the reader may do."""
        return [*self.list_display, row_links(self, request)]

    @admin.display(description="variant of", ordering="parent__name")
    def variant_of(self, prototype: Prototype) -> SafeString | str:
        parent = prototype.parent
        return format_html('<a href="{}">{}</a>', parent.get_absolute_url(), parent) if parent else "–"

    @admin.display(description="state")
    def state(self, prototype: Prototype) -> SafeString | str:
        if prototype.is_archived:
            return badge("wait", "▪ archived")
        reason = first_error(prototype)
        if reason:
            return format_html('{} <span class="rtx-reason">{}</span>', badge("bad", "✗ invalid"), reason)
        return badge("ok", "◆ code") if prototype.is_code else self.valid_state(prototype)

    def valid_state(self, prototype: Prototype) -> SafeString:
        return badge("ok", "✓ valid")

    # --- permissions ---

    def has_delete_permission(self, request: HttpRequest, obj: Prototype | None = None) -> bool:
        return False  # history keeps its foreign keys: a prototype is archived

    def has_change_permission(self, request: HttpRequest, obj: Prototype | None = None) -> bool:
        is_open = obj is None or not (obj.is_code or obj.is_archived)
        return is_open and super().has_change_permission(request, obj)

    def has_clone_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "clone")

    def has_archive_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "archive")

    def may(self, request: HttpRequest, verb: str) -> bool:
        return bool(request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename(verb, self.opts)}"))

    # --- actions ---

    def get_urls(self) -> list[Any]:
        site = self.admin_site.admin_view
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        own: list[URLPattern] = [
            path(f"<int:pk>/{name}/", site(self._verb_view), {"verb": name}, name=f"{prefix}_{name}") for name in PAGES
        ]
        archive = path("<int:pk>/archive/", site(self.archive_view), name=f"{prefix}_archive")
        return [*own, archive, *super().get_urls()]

    @admin.action(permissions=["clone"], description="Create variant of the selected")
    def create_variant(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._to_page(request, queryset, "variant")

    @admin.action(permissions=["clone"], description="Duplicate the selected")
    def duplicate(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._to_page(request, queryset, "duplicate")

    @admin.action(permissions=["change"], description="Promote values of the selected")
    def promote(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._to_page(request, queryset, "promote")

    @admin.action(permissions=["change"], description="Detach the selected")
    def detach(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._to_page(request, queryset, "detach")

    @admin.action(permissions=["change"], description="Rebase the selected")
    def rebase(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._to_page(request, queryset, "rebase")

    @admin.action(permissions=["archive"], description="Archive the selected")
    def archive(self, request: HttpRequest, queryset: Any) -> None:
        for prototype in queryset:
            try:
                services.archive(prototype, actor=actor_of(request))
                self.message_user(request, format_html("‘{}’ was archived.", prototype), messages.SUCCESS)
            except RoutiluxError as refusal:
                self.message_user(request, refusal.message, messages.ERROR)

    def _to_page(self, request: HttpRequest, queryset: Any, verb: str) -> HttpResponse | None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, "Select exactly one: each has a page of its own for this.", messages.ERROR)
            return None
        return HttpResponseRedirect(self.url(verb, chosen[0]))

    def _verb_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        page, needs = PAGES[verb]
        return page(self, request, self.get_or_404(request, pk, needs))

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

    def get_or_404(self, request: HttpRequest, pk: int, needs: str) -> Prototype:
        found = self.get_queryset(request).select_related("parent").filter(pk=pk).first()
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        may = self.has_change_permission(request) if needs == "edit" else needs == "view" or self.may(request, needs)
        if not may:
            raise PermissionDenied
        return found

    # --- pages beside the form ---

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

    def tools(self, request: HttpRequest, prototype: Prototype) -> list[Link]:
        """Links at the head of the page of `prototype`."""
        return tools(self, request, prototype)
