"""The forms behind the pages of prototypes. What they mean is written by the verbs, whose refusals they show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from routilux_site.lib.errors import RoutiluxError
from routilux_site.lib.forms import StrictJSONField
from templates_app.forms.layered import LayeredMixin, Section, own_field
from templates_app.forms.markers import Rows, mark
from templates_app.forms.meanwhile import seen
from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from templates_app.naming import About
from templates_app.refusals import StaleVersion
from templates_app.stored import form_of

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Prototype]
    _AnyForm = forms.BaseForm
else:
    _AnyForm = object
    _ModelForm = forms.ModelForm


class RefusalMixin(_AnyForm):
    """Shows what a verb refused, at the field that its path leads to, and keeps all that was typed.

    `held`: nothing is wrong, but what the save reaches has to be looked at first.
    """

    refusal: ClassVar[RoutiluxError | None] = None
    current_version: ClassVar[int | None] = None
    held: ClassVar[bool] = False
    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # what the page showed comes back with it: only so can a change by this editor be told from one by another
        for name, field in self.fields.items():
            is_order = isinstance(field, forms.BooleanField) and not name.startswith("null__")
            field.show_hidden_initial = not is_order and not field.widget.is_hidden

    def is_valid(self) -> bool:
        return super().is_valid() and not self.held

    def full_clean(self) -> None:
        super().full_clean()
        if isinstance(self.refusal, StaleVersion) and self.is_bound:
            self._take_current_version()
        if self.refusal is not None and self.is_bound:
            for detail in self.refusal.details():
                name = self.field_for_path(detail.path) if detail.path not in ("", "version") else None
                message = (
                    detail.message if name or detail.path in ("", "version") else f"{detail.path}: {detail.message}"
                )
                self.add_error(name, ValidationError(message, code=detail.code))

    def _take_current_version(self) -> None:
        """Show what stands there now, with what was typed on top: who saves once more has seen both."""
        instance = getattr(self, "instance", None)
        self.data, typed = self.data.copy(), set(self.changed_data)
        for name in self.fields.keys() - typed:
            self._show_stored(name)
        self.data[self.add_prefix("version")] = str(self.current_version or (instance and instance.version))
        if "seen" in self.fields:
            self.data[self.add_prefix("seen")] = self["seen"].initial

    def _show_stored(self, name: str) -> None:
        bound = self[name]
        if isinstance(bound.field, forms.BooleanField):
            self.data.pop(bound.html_name, None)
            if bound.initial:
                self.data[bound.html_name] = "on"
            self.data[bound.html_initial_name] = str(bool(bound.initial))
            return
        shown = bound.field.widget.format_value(bound.field.prepare_value(bound.initial))
        text = shown[0] if isinstance(shown, list) and shown else shown or ""
        self.data[bound.html_name] = self.data[bound.html_initial_name] = text

    def field_for_path(self, path: str) -> str | None:
        return path if path in self.fields else None


class TagsField(forms.CharField):
    """Words between commas; the value is a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return [tag.strip() for tag in (super().to_python(value) or "").split(",") if tag.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(list(initial or []) != self.to_python(data))


class PrototypeForm(LayeredMixin, RefusalMixin, _ModelForm):
    """`seen` is what was stored when the page was made, so that a second editor can be told what changed since."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    tag_list = TagsField(label="Tags", required=False, help_text="Words between commas.")

    class Meta:
        model = Prototype
        fields = ["name", "description", "category"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        self.initial.setdefault("tag_list", self.instance.tags)
        if self.instance.pk and self.own_label in self.fields:
            self.initial.setdefault("seen", seen(form_of(self.instance)))

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.own_label in self.fields:
            self.cleaned_data["composed"] = self.composed_own()
        return self.cleaned_data

    def about(self) -> About:
        cleaned = self.cleaned_data
        return About(
            name=cleaned["name"],
            description=cleaned["description"].replace("\r\n", "\n"),
            category=cleaned["category"],
            tags=tuple(cleaned["tag_list"]),
        )


class RoutineForm(PrototypeForm):
    class Meta(PrototypeForm.Meta):
        model = RoutinePrototype


class NewRoutineForm(RoutineForm):
    base = forms.ChoiceField(help_text="A class of the catalog, or a routine prototype: the new one inherits from it.")
    own = StrictJSONField(
        kind=dict,
        required=False,
        empty_value={},
        label="Set here",
        help_text='What differs from the base, for example {"config": {"timeout": 60}}. May stay empty: the next page '
        "has a field for each setting.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        routines = RoutinePrototype.objects.filter(archived_at=None).order_by("-is_code", "name")
        choices: dict[str, list[tuple[str, str]]] = {"Classes of the catalog": [], "Routine prototypes": []}
        for routine in routines.only("name", "is_code"):
            group = "Classes of the catalog" if routine.is_code else "Routine prototypes"
            choices[group].append((routine.name, routine.name))
        self.fields["base"].choices = [("", "---------"), *choices.items()]  # type: ignore[attr-defined]

    def composed_own(self) -> dict[str, Any]:
        return dict(self.cleaned_data.get("own") or {})


class FlowForm(PrototypeForm):
    message = forms.CharField(
        required=False,
        strip=True,
        max_length=500,
        label="What changed",
        help_text="Shown beside the revision, if this save makes one.",
    )

    class Meta(PrototypeForm.Meta):
        model = FlowPrototype


class NodeForm(LayeredMixin, RefusalMixin, forms.Form):
    """The overrides of one node of a flow."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.cleaned_data["composed"] = self.composed_own()
        return self.cleaned_data


def layered_form(
    base: type[Any], own: Mapping[str, Any], sections: tuple[Section, ...], rows: Rows | None = None
) -> type[Any]:
    """A subclass of `base` with the fields of `sections`, each with what `rows` explain, and the JSON behind them."""
    mark(sections, rows or {})
    fields = {name: made for section in sections for name, made in section.fields.items()}
    return type(base.__name__, (base,), {**fields, "own": own_field(own), "sections": sections, "stored_own": own})
