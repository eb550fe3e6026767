"""Any two templates side by side: `/templates/compare/?a=orders@2&b=orders`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from routilux_site.lib.errors import RoutiluxError
from routilux_site.lib.strict_json import LIMITS
from templates_app.diff import compare, patch, summary, to_json
from templates_app.pages import reads, sides, uploads
from templates_app.pages.access import VIEW_ROUTINES, for_readers
from templates_app.pages.answers import json_file, private
from templates_app.pages.results import result
from templates_app.pages.sides import NoSuchSide, Side

CHOICES, LONGEST_REF = 500, 120


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address or the form names; `file` takes the place of `b`."""

    a: str
    b: str
    text: str | bytes = ""
    file: str = ""

    @property
    def pasted(self) -> str:
        """What was typed is not lost when it is refused."""
        return self.text if isinstance(self.text, str) else ""

    @property
    def query(self) -> str:
        return urlencode({"a": self.a, "b": self.b})


@for_readers
@require_http_methods(["GET", "HEAD", "POST"])
def compare_page(request: HttpRequest) -> HttpResponse:
    """GET compares what is stored; POST compares with a file or a pasted text, which is not stored."""
    asked = _asked_of_form(request) if request.method == "POST" else _asked(request)
    found, errors = _sides(request, asked)
    may = _may(request)
    choices = reads.names(with_routines=may["may_upload"])
    context = {"asked": asked, "errors": errors, "choices": choices, **may}
    if len(found) == 2 and not errors:
        context |= _result(asked, found["a"], found["b"])
    status = 404 if errors and request.method != "POST" else 422 if errors else 200
    return private(render(request, "templates_app/pages/compare.html", context, status=status))


@for_readers
@require_safe
def patch_file(request: HttpRequest) -> HttpResponse:
    a, b = _both(request)
    return json_file(patch(a.document, b.document), "patch.json", "application/json-patch+json")


@for_readers
@require_safe
def differences_file(request: HttpRequest) -> HttpResponse:
    a, b = _both(request)
    differences = compare(a.outline, b.outline)
    body = {"a": a.ref, "b": b.ref, "summary": summary(differences), "differences": to_json(differences)}
    return json_file(body, "differences.json")


def _both(request: HttpRequest) -> tuple[Side, Side]:
    found, errors = _sides(request, _asked(request))
    if errors or len(found) < 2:
        raise Http404
    return found["a"], found["b"]


def _asked(request: HttpRequest) -> Asked:
    return Asked(*(request.GET.get(name, "").strip()[:LONGEST_REF] for name in ("a", "b")))


def _asked_of_form(request: HttpRequest) -> Asked:
    file = request.FILES.get("file")
    text = request.POST.get("text", "").strip()
    said: str | bytes = file.read(LIMITS.max_bytes + 1) if file else text
    name = file.name or uploads.NAME if file else "pasted text"
    return Asked(request.POST.get("a", "").strip()[:LONGEST_REF], "", said, name[:100])


def _sides(request: HttpRequest, asked: Asked) -> tuple[dict[str, Side], dict[str, str]]:
    texts = {key: text for key, text in (("a", asked.a), ("b", asked.b)) if text}
    known = sides.read(texts.values(), request.user)
    found = {key: known[text] for key, text in texts.items()}
    errors = {key: side.message for key, side in found.items() if isinstance(side, NoSuchSide)}
    good = {key: side for key, side in found.items() if isinstance(side, Side)}
    if request.method == "POST":
        _add_upload(request, asked, good, errors)
    if len(good) == 2 and good["a"].is_flow != good["b"].is_flow:
        errors["b"] = "A flow and a routine have nothing to compare: two flows, or two routines, are accepted."
    return good, errors


def _add_upload(request: HttpRequest, asked: Asked, good: dict[str, Side], errors: dict[str, str]) -> None:
    if not _may(request)["may_upload"]:
        raise Http404
    if not asked.a:
        errors["a"] = f"Name what the file is to be compared with. {sides.ACCEPTED}"
    if not asked.text:
        errors["file"] = "Choose a file, or paste its text."
        return
    try:
        prefer = asked.a.partition("@")[0]
        good["b"] = uploads.read(asked.text, name=asked.file, prefer=prefer)
    except RoutiluxError as error:
        told = [f"{detail.path}: {detail.message}" if detail.path else detail.message for detail in error.details()]
        errors["file"] = " ".join(told[:5])


def _may(request: HttpRequest) -> dict[str, bool]:
    """A file may name any routine prototype, and shows what it means."""
    return {"may_upload": request.user.has_perm(VIEW_ROUTINES)}


def _result(asked: Asked, a: Side, b: Side) -> dict[str, Any]:
    differences = compare(a.outline, b.outline)
    return {
        "a": a,
        "b": b,
        "title": f"{a.label} and {b.label}",
        "swapped": "" if asked.text else f"?{urlencode({'a': asked.b, 'b': asked.a})}",
        "query": "" if asked.text else asked.query,
        **result(a, b, differences),
    }


def address(a: str, b: str) -> str:
    return f"{reverse('templates:compare')}?{urlencode({'a': a, 'b': b})}"
