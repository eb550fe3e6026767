"""Small forms for the two values that are objects: the activation policy and the error handler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from templates_app.catalog import policy_names
from templates_app.forms.layered import MISSING, Section, Value, brief

INHERIT, NONE = "", "none"

POLICIES = {
    "immediate": "Immediately: whatever waits",
    "all_slots_ready": "All slots ready: one item of every slot",
    "batch_size": "Batch: so many items of every slot",
    "time_interval": "Interval: whatever waits, at most once in so many seconds",
    "custom": "Custom: as a registered function decides",
}
STRATEGIES = {
    "stop": "Stop: the job fails",
    "continue": "Continue: note the error, go on",
    "skip": "Skip: mark the step as skipped, go on",
    "retry": "Retry: try again, later and later",
}
_EXHAUSTED = ("stop", "continue", "skip")


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
    section.compose = _composed_policy
    return section


def handler_section(value: Value, *, none: str) -> Section:
    current = _object(value)
    section = _section("Errors", "error_handler", value, STRATEGIES, current.get("strategy", ""), none=none)
    for key, made in _retry_fields().items():
        _add(section, f"error_handler__{key}", made, current.get(key))
    section.compose = _composed_handler
    return section


def _composed_policy(cleaned: Mapping[str, Any], stored: Mapping[str, Any]) -> Any:
    keys = {"batch_size": ("min_batch_size",), "time_interval": ("min_interval_seconds",), "custom": ("name",)}
    return _composed(cleaned, stored, "policy", "type", keys)


def _composed_handler(cleaned: Mapping[str, Any], stored: Mapping[str, Any]) -> Any:
    return _composed(cleaned, stored, "error_handler", "strategy", {"retry": tuple(_retry_fields())})


def _composed(
    cleaned: Mapping[str, Any], stored: Mapping[str, Any], name: str, kind: str, keys: Mapping[str, tuple[str, ...]]
) -> Any:
    """What the fields mean: MISSING for inherited, None for none; what no field shows is kept with its kind."""
    choice = cleaned.get(name, INHERIT)
    if choice == INHERIT:
        return MISSING
    if choice == NONE:
        return None
    kept = {key: found for key, found in stored.items() if key != kind} if stored.get(kind) == choice else {}
    numbers = {key: cleaned.get(f"{name}__{key}") for key in keys.get(choice, ())}
    return {kind: choice, **kept, **{key: found for key, found in numbers.items() if found not in (None, "")}}


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
        "on_exhausted": forms.ChoiceField(
            required=False,
            choices=[("", "---------"), *((key, STRATEGIES[key]) for key in _EXHAUSTED)],
            label="When retries are used up",
            help_text=help_text,
        ),
    }


def _add(section: Section, name: str, made: forms.Field, initial: Any) -> None:
    made.initial = initial
    section.fields[name] = made
    section.rows.append(name)


def _object(value: Value) -> dict[str, Any]:
    return value.effective if isinstance(value.effective, dict) else {}
