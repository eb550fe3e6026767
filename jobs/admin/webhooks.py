"""Webhooks: made here, their secret shown once; and what became of each delivery."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from jobs.admin.base import ListAdmin, ReadOnlyAdmin, shown_once
from jobs.models import Webhook, WebhookDelivery
from jobs.models.webhook import ENDS, DeliveryStatus
from jobs.webhooks import verbs
from jobs.webhooks.sending import policy
from routilux_site.lib import safe_net
from routilux_site.lib.badges import badge
from templates_app.models import FlowPrototype

_LOOKS = {DeliveryStatus.PENDING: "wait", DeliveryStatus.DELIVERED: "ok", DeliveryStatus.DEAD: "bad"}


class WebhookForm(forms.ModelForm):  # type: ignore[type-arg]
    events = forms.MultipleChoiceField(
        choices=[(end, end) for end in ENDS], initial=list(ENDS), widget=forms.CheckboxSelectMultiple
    )
    flow = forms.ModelChoiceField(
        FlowPrototype.objects.active().order_by("name"), required=False, help_text="Only its jobs; none chosen: all."
    )

    class Meta:
        model = Webhook
        fields = ("name", "url", "events", "flow", "enabled")

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            safe_net.parse(url, policy())
        except safe_net.UnsafeURL as error:
            raise forms.ValidationError(error.message) from error
        return url

    def said(self) -> dict[str, Any]:
        """As the verbs take it."""
        said = {name: self.cleaned_data[name] for name in ("name", "url", "events")}
        flow = self.cleaned_data["flow"]
        return {**said, "flow": flow.name if flow else None}


@admin.register(Webhook)
class WebhookAdmin(ListAdmin):
    form = WebhookForm
    list_display = ["name", "url", "flow", "enabled", "created_by", "created_at"]
    list_select_related = ["flow", "created_by"]
    ordering = ["-id"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["name", "url", "events", "flow", *(["enabled"] if obj else [])]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever makes a webhook learns of all its jobs."""
        return super().has_add_permission(request) and request.user.has_perm("jobs.view_job")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and request.user.has_perm("jobs.view_job")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # switched off, it keeps its trace; REST deletes

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            verbs.update_webhook(webhook=obj, **form.said(), enabled=form.cleaned_data["enabled"])
            return
        made = verbs.create_webhook(actor=request.user, **form.said())
        obj.__dict__.update(made.webhook.__dict__)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return shown_once(self, request, "jobs/admin/secret.html", title="Copy the secret now", hook=obj)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ["message", "webhook", "kind", "state", "attempts", "answer", "error", "created_at", "due_at"]
    list_filter = ["status"]
    list_select_related = ["webhook"]
    ordering = ["-id"]
    actions = ["resend"]
    fields = ["message", "webhook", "kind", "state", "attempts", "answer", "error", "payload", "due_at", "delivered_at"]

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_webhookdelivery")

    @admin.action(permissions=["resend"], description="Send the selected deliveries again")
    def resend(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        self.each(request, queryset, lambda delivery: verbs.resend(delivery=delivery), "is on its way again")

    @admin.display(description="message")
    def message(self, delivery: WebhookDelivery) -> str:
        return str(delivery)

    @admin.display(description="state")
    def state(self, delivery: WebhookDelivery) -> SafeString:
        return badge(_LOOKS[DeliveryStatus(delivery.status)], delivery.status.capitalize())
