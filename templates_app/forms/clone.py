"""The form of *Create variant* and *Duplicate*."""

from __future__ import annotations

from typing import Any

from django import forms

from routilux_site.lib.forms import StrictJSONField
from templates_app.forms.prototypes import RefusalMixin
from templates_app.models.prototype import NAME_HELP


class CloneForm(RefusalMixin, forms.Form):
    name = forms.CharField(max_length=100, help_text=NAME_HELP, widget=forms.TextInput(attrs={"class": "vTextField"}))
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}))
    overrides = StrictJSONField(
        kind=dict, required=False, empty_value={}, help_text="Only what shall differ. May stay empty."
    )

    def field_for_path(self, path: str) -> str | None:
        # every other path of a refused clone lies inside the overrides; they are told with their path
        return "name" if path == "name" else None

    def clean_description(self) -> Any:
        return self.cleaned_data["description"].replace("\r\n", "\n")
