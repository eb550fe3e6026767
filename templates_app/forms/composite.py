"""Small forms for the two values that are objects: the activation policy and the error handler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from routilux_site.lib.forms import StrictJSONField
from templates_app.catalog import policy_names
from templates_app.forms.layered import MISSING, Section, Value, brief

INHERIT, NONE = "", "none"

POLICIES = {
    "immediate": "Immediately: whatever waits",
    "all_slots_ready": "All slots ready: one item of every slot",
    "batch_size": "Batch: so many items of every slot",
    "time_interval": "Interval: whatever waits, at most once in so many seconds",
    "breakpoint": "Breakpoint: hold each step until somebody lets it go",
    "custom": "Custom: as a registered function decides",
}
STRATEGIES = {
    "stop": "Stop: the job fails",
    "continue": "Continue: note the error, go on",
    "skip": "Skip: mark the step as skipped, go on",
    "retry": "Retry: try again, later and later",
}
_EXHAUSTED = ("stop", "continue", "skip")
#: Which fields belong to which choice; a script hides the others.
_POLICY_KEYS = {
    "batch_size": ("min_batch_size",),
    "time_interval": ("min_interval_seconds",),
    "custom": ("name", "params"),
}
_HANDLER_KEYS = {
    "retry": (
        "max_retries",
        "retry_delay",
        "retry_backoff",
        "max_delay",
        "jitter",
        "retryable_exceptions",
        "on_exhausted",
    )
}


def policy_section(value: Value) -> Section:
    current = _object(value)
    section = _section("Activation policy", "policy", value, POLICIES, current.get("type", ""), none="Immediately")
    size = forms.IntegerField(required=False, min_value=1, label="Items in a batch", help_text="For a batch.")
    seconds = forms.FloatField(required=False, min_value=0, label="Seconds between runs", help_text="For an interval.")
    _add(section, "policy__min_batch_size", size, current.get("min_batch_size"))
    _add(section, "policy__min_interval_seconds", seconds, current.get("min_interval_seconds"))
    names = [("", "---------"), *((name, name) for name in policy_names())]
    function = forms.ChoiceField(required=False, choices=names, label="Function", help_text="For a custom policy.")
    _add(section, "policy__name", function, current.get("name"))
    params = StrictJSONField(
        kind=dict,
        required=False,
        label="Its settings",
        widget=StrictJSONField.widget(attrs={"rows": 3}),
        help_text='For a custom policy that has some, for example {"limit": 5}.',
    )
    _add(section, "policy__params", params, current.get("params"))
    _tell_kinds(section, "policy", _POLICY_KEYS)
    section.compose = _composed_policy
    return section


def handler_section(value: Value, *, none: str) -> Section:
    current = _object(value)
    section = _section("Errors", "error_handler", value, STRATEGIES, current.get("strategy", ""), none=none)
    for key, made in _retry_fields().items():
        _add(section, f"error_handler__{key}", made, current.get(key))
    _tell_kinds(section, "error_handler", _HANDLER_KEYS)
    section.compose = _composed_handler
    return section


def _composed_policy(cleaned: Mapping[str, Any], stored: Mapping[str, Any]) -> Any:
    return _composed(cleaned, stored, "policy", "type", _POLICY_KEYS)


def _composed_handler(cleaned: Mapping[str, Any], stored: Mapping[str, Any]) -> Any:
    return _composed(cleaned, stored, "error_handler", "strategy", _HANDLER_KEYS)


def _composed(
    cleaned: Mapping[str, Any], stored: Mapping[str, Any], name: str, kind: str, keys: Mapping[str, tuple[str, ...]]
) -> Any:
    """What the fields mean: MISSING for inherited, None for none; what no field shows is kept with its kind."""
    choice = cleaned.get(name, INHERIT)
    if choice == INHERIT:
        return MISSING
    if choice == NONE:
        return None
    fields = keys.get(choice, ())
    kept = {key: found for key, found in stored.items() if key not in (kind, *fields)}
    said = {key: cleaned.get(f"{name}__{key}") for key in fields}
    shown = {key: found for key, found in said.items() if found not in (None, "")}
    return {kind: choice, **(kept if stored.get(kind) == choice else {}), **shown}


def _section(title: str, name: str, value: Value, labels: Mapping[str, str], current: str, *, none: str) -> Section:
    section = Section(title, whole=value)
    inherited = none if value.inherited in (MISSING, None) else brief(value.inherited)
    where = f", from {value.origin}" if value.inherited is not MISSING else ""
    choices = [(INHERIT, f"Inherited: {inherited}{where}"), (NONE, f"None: {none}"), *labels.items()]
    initial = INHERIT if not value.is_own else NONE if value.own is None else current
    made = forms.ChoiceField(required=False, choices=choices, initial=initial, label=title)
    section.fields[name] = made
    section.rows.append(name)
    return section


def _retry_fields() -> dict[str, forms.Field]:
    help_text = "For retry."
    return {
        "max_retries": forms.IntegerField(required=False, min_value=0, label="Retries", help_text=help_text),
        "retry_delay": forms.FloatField(
            required=False, min_value=0, label="Seconds before the first retry", help_text=help_text
        ),
        "retry_backoff": forms.FloatField(
            required=False, min_value=1, label="Times longer before each next", help_text=help_text
        ),
        "max_delay": forms.FloatField(required=False, min_value=0, label="Longest wait, seconds", help_text=help_text),
        "jitter": forms.FloatField(
            required=False,
            min_value=0,
            max_value=1,
            label="Jitter",
            help_text="For retry. Each wait varies by this share, from 0 to 1, so that many do not come at once.",
        ),
        "retryable_exceptions": NamesField(
            required=False,
            label="Only for these errors",
            help_text="For retry. Names of exceptions between commas, such as TimeoutError; all others stop at once.",
            widget=forms.TextInput(attrs={"class": "vTextField"}),
        ),
        "on_exhausted": forms.ChoiceField(
            required=False,
            choices=[("", "---------"), *((key, STRATEGIES[key]) for key in _EXHAUSTED)],
            label="When retries are used up",
            help_text=help_text,
        ),
    }


class NamesField(forms.CharField):
    """Names between commas; the value is a list, or None when there are none."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return [name.strip() for name in (super().to_python(value) or "").split(",") if name.strip()] or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = list(initial) if isinstance(initial, list | tuple) else self.to_python(initial)
        return bool((before or None) != self.to_python(data))


def _tell_kinds(section: Section, name: str, keys: Mapping[str, tuple[str, ...]]) -> None:
    for kind, names in keys.items():
        for key in names:
            section.fields[f"{name}__{key}"].widget.attrs |= {"data-of": f"id_{name}", "data-for": kind}


def _add(section: Section, name: str, made: forms.Field, initial: Any) -> None:
    made.initial = initial
    section.fields[name] = made
    section.rows.append(name)


def _object(value: Value) -> dict[str, Any]:
    return value.effective if isinstance(value.effective, dict) else {}
