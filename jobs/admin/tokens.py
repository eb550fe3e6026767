"""API tokens: made here, shown once, revoked here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from jobs.access import MAX_DAYS, create_token, revoke_token
from jobs.admin.base import ListAdmin, shown_once
from jobs.models import ApiToken
from jobs.scopes import SCOPES
from routilux_site.lib.badges import badge
from templates_app.models import FlowPrototype

if TYPE_CHECKING:
    _Form = forms.ModelForm[ApiToken]
else:
    _Form = forms.ModelForm

MOST_FLOWS = 1000


class TokenForm(_Form):
    name = forms.CharField(max_length=100, help_text="What it is for, so that it is known later.")
    user = forms.ModelChoiceField(User.objects.filter(is_active=True), help_text="The token may do what this user may.")
    flow_names = forms.MultipleChoiceField(
        required=False, label="Flows", help_text="Only these may be triggered and seen; none chosen: any."
    )
    scopes = forms.MultipleChoiceField(
        required=False,
        choices=[(name, f"{name}: {meaning}") for name, meaning in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="Only this may be done of what the user may; none chosen: all.",
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        initial=90,
        label="Valid for days",
        help_text="Empty: it never expires.",
    )

    class Meta:
        model = ApiToken
        fields = ("name", "user")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = FlowPrototype.objects.active().order_by("name").values_list("name", flat=True)[:MOST_FLOWS]
        self.fields["flow_names"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not name.isprintable():
            raise ValidationError("A name consists of printable characters.", code="name")
        return name


class OwnTokenForm(TokenForm):
    """For everybody but superusers: a token for somebody else would be a way to become them."""

    user = None  # type: ignore[assignment]

    class Meta(TokenForm.Meta):
        fields = ("name",)  # type: ignore[assignment]


@admin.register(ApiToken)
class ApiTokenAdmin(ListAdmin):
    list_display = ["name", "state", "beginning", "user", "created_at", "expires_at", "last_used_at"]
    list_select_related = ["user"]
    ordering = ["-id"]
    fields = ["name", "state", "beginning", "user", "flow_names", "scopes", "created_at", "expires_at", "last_used_at"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        rows: QuerySet[ApiToken] = super().get_queryset(request).select_related("user")
        return rows if request.user.is_superuser else rows.filter(user=cast("User", request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # revoking keeps the trace

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_apitoken") or request.user.has_perm("jobs.delete_apitoken")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj:
            return super().get_fields(request, obj)
        return ["name", *(["user"] if request.user.is_superuser else []), "flow_names", "scopes", "days"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj:
            return super().get_form(request, obj, change, **kwargs)
        return TokenForm if request.user.is_superuser else OwnTokenForm

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        said = form.cleaned_data
        user = cast("User", said.get("user") or request.user)
        asked = {key: said[key] for key in ("name", "flow_names", "scopes", "days")}
        issued = create_token(user=user, **asked)
        obj.__dict__.update(issued.token.__dict__)
        request.issued = issued  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        text = request.issued.text  # type: ignore[attr-defined]
        return shown_once(self, request, "jobs/admin/token.html", title="Copy the token now", token=obj, text=text)

    @admin.action(permissions=["revoke"], description="Revoke the selected tokens")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        self.each(request, queryset, lambda t: revoke_token(token=t), "was revoked: it opens nothing any more")

    @admin.display(description="state")
    def state(self, token: ApiToken) -> SafeString:
        if token.revoked_at is not None:
            return badge("bad", "Revoked")
        if token.expires_at is not None and token.expires_at <= timezone.now():
            return badge("wait", "Expired")
        return badge("ok", "Valid")

    @admin.display(description="begins with")
    def beginning(self, token: ApiToken) -> str:
        return f"rtx_{token.prefix}_…"
