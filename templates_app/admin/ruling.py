"""The page that locks or bounds a field for whatever builds on a prototype, or frees it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from routilux_site.lib.forms import StrictJSONField
from templates_app import services
from templates_app.admin.verbpage import VerbForm, VerbPage, verb_page
from templates_app.audit import actor_of
from templates_app.models import Prototype

if TYPE_CHECKING:
    from templates_app.admin.base import PrototypeAdmin

KINDS = {
    "free": "Free: whatever builds on this may set it",
    "locked": "Locked: nothing below may set it",
    "bounds": "Bounded: only numbers within these bounds",
    "one_of": "One of: only these values",
}


class RuleForm(VerbForm):
    path = forms.CharField(
        max_length=500,
        label="Field",
        help_text="Such as config.timeout, or nodes.clean.config.timeout; a group such as config or nodes.clean can be "
        "locked as a whole.",
        widget=forms.TextInput(attrs={"class": "vTextField", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(choices=list(KINDS.items()), widget=forms.RadioSelect, label="Rule")
    least = forms.FloatField(required=False, label="At least", help_text="For bounds. Empty for none.")
    most = forms.FloatField(required=False, label="At most", help_text="For bounds. Empty for none.")
    one_of = StrictJSONField(
        kind=list,
        required=False,
        empty_value=[],
        label="Values",
        widget=StrictJSONField.widget(attrs={"rows": 4}),
        help_text='For one of: a JSON list, for example ["fast", "careful"].',
    )

    def field_for_path(self, path: str) -> str | None:
        return {"rule.min": "least", "rule": "kind"}.get(path, "path")

    def rule(self) -> dict[str, Any] | None:
        cleaned = self.cleaned_data
        bounds = {"min": _number(cleaned["least"]), "max": _number(cleaned["most"])}
        made: dict[str, dict[str, Any] | None] = {
            "free": None,
            "locked": {"locked": True},
            "bounds": {name: bound for name, bound in bounds.items() if bound is not None},
            "one_of": {"one_of": cleaned["one_of"]},
        }
        return made[cleaned["kind"]]


def rule_page(page: PrototypeAdmin, request: HttpRequest, prototype: Prototype) -> HttpResponse:
    path = request.GET.get("path", "")[:500]
    start = {"path": path, **_stated(prototype.rules.get(path))}

    def run(form: Any) -> None:
        path = form.cleaned_data["path"]
        services.set_rule(prototype, path=path, rule=form.rule(), actor=actor_of(request), **form.said())

    verb = VerbPage(
        title=f"Lock or bound a field of ‘{prototype}’",
        intro="A rule binds variants, the nodes that use a routine, and launches; not this prototype itself. What "
        "breaks it by then becomes invalid, visibly, until it is reset or the rule goes.",
        submit="Save the rule",
        form=RuleForm,
        initial=start,
        run=run,
        done=lambda: format_html('The rule was saved. <a href="{}">All fields</a>', page.url("fields", prototype)),
        fields=("path", "kind", "least", "most", "one_of", "message"),
    )
    return verb_page(page, request, prototype, verb)


def _stated(rule: dict[str, Any] | None) -> dict[str, Any]:
    if rule is None or "locked" in rule:
        return {"kind": "locked"}
    if "one_of" in rule:
        return {"kind": "one_of", "one_of": rule["one_of"]}
    return {"kind": "bounds", "least": rule.get("min"), "most": rule.get("max")}


def _number(value: float | None) -> float | int | None:
    """Whole numbers as such, as people write them."""
    return int(value) if value is not None and value.is_integer() else value
