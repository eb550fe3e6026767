"""What answers of these pages have in common: they show what only some may see."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from templates_app.pages.shown import pretty


def private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache"
    return response


def json_file(body: Any, name: str, kind: str = "application/json") -> HttpResponse:
    return text_file(pretty(body) + "\n", name, kind)


def text_file(text: str, name: str, kind: str = "application/json") -> HttpResponse:
    response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)
