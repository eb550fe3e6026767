"""Webhooks and their deliveries."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from jobs.api import docs
from jobs.api.bodies import DeliveryQuery, NoBody, WebhookBody, WebhookChange
from jobs.api.examples import webhooks as examples
from jobs.api.shapes.webhooks import DeliverySerializer, MadeWebhookSerializer, WebhookSerializer
from jobs.models import Webhook
from jobs.webhooks import verbs
from jobs.webhooks.verbs import Made
from routilux_site.lib.api.docs import header
from routilux_site.lib.api.endpoint import Endpoint
from routilux_site.lib.api.operation import operation
from routilux_site.lib.api.queries import PageQuery

CHANGE = "jobs.change_webhook"


class _Hooks(Endpoint):
    """Whoever makes or turns a webhook learns of all its jobs, so that takes the permission to see jobs as well."""

    needs_all = True

    def webhook(self, identity: UUID) -> Webhook:
        return get_object_or_404(Webhook.objects.select_related("flow", "created_by"), pk=identity)

    def made(self, made: Made, status: int) -> Response:
        headers = {"Cache-Control": "no-store"}
        if status == 201:
            headers["Location"] = reverse("api:webhook", args=[made.webhook.pk], request=self.request)
        return Response(MadeWebhookSerializer(self.webhook(made.webhook.pk)).data, status=status, headers=headers)


class WebhookList(_Hooks):
    permitted = {"GET": ("jobs.view_webhook",), "POST": ("jobs.add_webhook", "jobs.view_job")}

    @operation(
        id="list_webhooks",
        summary="List webhooks",
        about="Newest first.",
        tag="webhooks",
        parameters=[PageQuery],
        answers={200: WebhookSerializer(many=True)},
        refuses=[400],
        examples=examples.HOOKS,
    )
    def get(self, request: Request) -> Response:
        self.query(PageQuery)
        return self.page(Webhook.objects.select_related("flow", "created_by"), WebhookSerializer)

    @operation(
        id="create_webhook",
        summary="Create a webhook",
        about="From now on its `url` is told by a signed POST when jobs end. The secret is shown in this answer only.",
        tag="webhooks",
        takes=WebhookBody,
        parameters=[header("Location", "Where it is.", 201)],
        answers={201: MadeWebhookSerializer},
        refuses=docs.WRITE,
        examples=examples.MAKE_HOOK,
    )
    def post(self, request: Request) -> Response:
        return self.made(verbs.create_webhook(actor=request.user, **self.said(WebhookBody)), 201)


class WebhookDetail(_Hooks):
    permitted = {
        "GET": ("jobs.view_webhook",),
        "PATCH": (CHANGE, "jobs.view_job"),
        "DELETE": ("jobs.delete_webhook",),
    }

    @operation(
        id="read_webhook",
        summary="Read a webhook",
        tag="webhooks",
        answers={200: WebhookSerializer},
        refuses=docs.READ,
        examples=examples.HOOKS,
    )
    def get(self, request: Request, webhook: UUID) -> Response:
        return Response(WebhookSerializer(self.webhook(webhook)).data)

    @operation(
        id="change_webhook",
        summary="Change a webhook",
        about="What is not sent stays.",
        tag="webhooks",
        takes=WebhookChange,
        answers={200: WebhookSerializer},
        refuses=docs.WRITE,
        examples=examples.CHANGE_HOOK,
    )
    def patch(self, request: Request, webhook: UUID) -> Response:
        found = self.webhook(webhook)
        verbs.update_webhook(webhook=found, **self.said(WebhookChange))
        return Response(WebhookSerializer(self.webhook(webhook)).data)

    @operation(
        id="delete_webhook",
        summary="Delete a webhook",
        about="With its deliveries: what was not sent is not sent any more.",
        tag="webhooks",
        answers={204: None},
        refuses=(404, 411),
    )
    def delete(self, request: Request, webhook: UUID) -> Response:
        self.said(NoBody)
        verbs.delete_webhook(webhook=self.webhook(webhook))
        return Response(status=204)


class WebhookRotate(_Hooks):
    permitted = {"POST": (CHANGE, "jobs.view_job")}

    @operation(
        id="rotate_webhook",
        summary="Give a webhook another secret",
        about="Deliveries are signed with it from now on. It is shown in this answer only.",
        tag="webhooks",
        takes=NoBody,
        answers={200: MadeWebhookSerializer},
        refuses=docs.WRITE,
        examples=examples.ROTATE_HOOK,
    )
    def post(self, request: Request, webhook: UUID) -> Response:
        found = self.webhook(webhook)
        self.said(NoBody)
        return self.made(verbs.rotate_secret(webhook=found), 200)


class DeliveryList(_Hooks):
    permitted = {"GET": ("jobs.view_webhookdelivery",)}

    @operation(
        id="list_deliveries",
        summary="List the deliveries of a webhook",
        about="Newest first; `dead` ones were given up.",
        tag="webhooks",
        parameters=[DeliveryQuery],
        answers={200: DeliverySerializer(many=True)},
        refuses=docs.READ,
        examples=examples.DELIVERIES,
    )
    def get(self, request: Request, webhook: UUID) -> Response:
        wanted = self.query(DeliveryQuery).get("status")
        rows = self.webhook(webhook).deliveries.all()
        return self.page(rows.filter(status=wanted) if wanted else rows, DeliverySerializer)


class Resend(_Hooks):
    permitted = {"POST": ("jobs.change_webhookdelivery",)}

    @operation(
        id="resend_delivery",
        summary="Send a delivery again",
        about="One that was given up, or was delivered and got lost there. 409 while it is under way.",
        tag="webhooks",
        takes=NoBody,
        answers={202: DeliverySerializer},
        refuses=docs.WRITE,
        examples=examples.RESEND,
    )
    def post(self, request: Request, webhook: UUID, number: int) -> Response:
        found = get_object_or_404(self.webhook(webhook).deliveries, pk=number)
        self.said(NoBody)
        return Response(DeliverySerializer(verbs.resend(delivery=found)).data, status=202)
