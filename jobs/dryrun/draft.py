"""Handed in to the admin: the page that tries a flow as somebody has it in a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from templates_app.models import FlowPrototype


def try_draft(request: HttpRequest, flow: FlowPrototype, document: Mapping[str, Any]) -> HttpResponse:
    # Imported when needed: this module is known while Django still loads its apps.
    from jobs.pages.dryrun import first_page

    return first_page(request, FlowPrototype.objects.select_related("head").get(pk=flow.pk), document)
