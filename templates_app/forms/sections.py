"""Which fields a routine, a node or the settings of a flow have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from templates_app import catalog
from templates_app.assemble import assemble_node
from templates_app.errors import UnknownName
from templates_app.forms.composite import handler_section, policy_section
from templates_app.forms.layered import MISSING, Section, Value, schema_section, value_at
from templates_app.forms.schema_fields import JSONChoiceField
from templates_app.resolve import Effective, ResolvedNode
from templates_app.routines import config_schema
from templates_app.routines.ports import BLOCK, DROP, FAIL
from templates_app.spec import DEFAULT_MAX_ATTEMPTS, NodeSpec, SlotSpec

Own = Mapping[str, Any]

OUTCOMES = {
    FAIL: "the step that sends one more fails",
    BLOCK: "that step is not complete until there is room",
    DROP: "the newest item is dropped, and kept with the job",
}
FLOW_DEFAULTS = Effective(
    values={
        "max_workers": None,
        "timeout": None,
        "entry": None,
        "keep_open": False,
        "max_attempts": DEFAULT_MAX_ATTEMPTS,
        "input_schema": None,
        "error_handler": None,
        "concurrency": None,
        "rate_limit": None,
    },
    origin={},
)
FLOW_SCHEMA: dict[str, Any] = {
    "properties": {
        "max_workers": {
            "anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000}, {"type": "null"}],
            "description": "At most so many steps of one job at a time; 1 means strictly one after the other, "
            "empty that the Runtime decides.",
        },
        "timeout": {
            "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}],
            "description": "Seconds that a job may take in all; empty for no limit.",
        },
        "max_attempts": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "description": "How often a step may start anew because the process that ran it died.",
        },
        "keep_open": {"type": "boolean", "description": "Stay alive for items posted later, until it is closed."},
        "concurrency": {
            "anyOf": [{"type": "object"}, {"type": "null"}],
            "description": "At most so many jobs under way at once; others wait their turn. "
            '{"limit": 3} for the whole flow, {"limit": 1, "key": "customer.id"} for each value at that place '
            "of the input; empty for no limit.",
        },
        "rate_limit": {
            "anyOf": [{"type": "object"}, {"type": "null"}],
            "description": 'At most so many jobs begin in a while: {"count": 100, "per_seconds": 60}; '
            "empty for no limit.",
        },
        "input_schema": {
            "anyOf": [{"type": "object"}, {"type": "null"}],
            "description": "What a job's input has to look like, as a JSON Schema; empty for anything.",
        },
    }
}
_DEFAULT = "the defaults"
_TIMEOUT = {"properties": {"timeout": {"anyOf": [{"type": "number"}, {"type": "null"}]}}}


def routine_sections(own: Own, inherited: Effective, class_key: str) -> tuple[Section, ...]:
    """The fields of a routine prototype or of a node; only the JSON behind them when its class is not registered."""
    try:
        cls = catalog.get(class_key).cls
    except UnknownName:
        return ()
    below, _ = assemble_node("inherited", ResolvedNode(class_key=class_key, effective=inherited), "")
    schema = config_schema(cls)
    if cls.Config is None:
        keys = [*inherited.values.get("config", {}), *own.get("config", {})]
        schema = {"properties": {key: {} for key in keys}}
    return (
        schema_section("Config", schema, own, inherited, under=("config",)),
        policy_section(_stated("policy", own, inherited, below.policy if below else None)),
        handler_section(
            _stated("error_handler", own, inherited, below.error_handler if below else None),
            none="as the flow says, else stop",
        ),
        _limits(own, inherited, below),
    )


def flow_sections(own: Own, inherited: Effective, slots: Iterable[str]) -> tuple[Section, ...]:
    settings = schema_section("Settings", FLOW_SCHEMA, own, inherited, otherwise=_DEFAULT)
    entry = value_at(("entry",), own, inherited, otherwise=_DEFAULT)
    choices = {str(slot): str(slot) for slot in slots}
    if isinstance(entry.effective, str):
        choices.setdefault(entry.effective, f"{entry.effective} (not there)")
    made = forms.TypedChoiceField(
        required=False,
        choices=[("", "The only slot that nothing feeds"), *choices.items()],
        initial=entry.effective,
        empty_value=None,
        label="Entry",
        help_text="The slot that takes a job's input.",
    )
    settings.add("entry", entry, made, nullable=True)
    return settings, handler_section(value_at(("error_handler",), own, inherited, otherwise=_DEFAULT), none="stop")


def _stated(name: str, own: Own, inherited: Effective, by_class: Any) -> Value:
    value = value_at((name,), own, inherited)
    return value if value.inherited is not MISSING else Value((name,), value.own, by_class, "the class")


def _limits(own: Own, inherited: Effective, below: NodeSpec | None) -> Section:
    section = schema_section("Limits", _TIMEOUT, own, _with_default(inherited, "timeout"))
    section.fields["timeout"].help_text = f"Seconds that one run may take. {section.fields['timeout'].help_text}"
    if catalog.logic_names():
        value = value_at(("logic",), own, _with_default(inherited, "logic"))
        labels = {"null": "(the method of the class)"}
        made = JSONChoiceField(
            values=[None, *catalog.logic_names()], labels=labels, required=False, initial=value.effective
        )
        section.add("logic", value, made, nullable=True)
    for slot in below.slots if below else ():
        _add_slot(section, slot, own, inherited)
    return section


def _add_slot(section: Section, slot: SlotSpec, own: Own, inherited: Effective) -> None:
    capacity = _of_slot(slot, "capacity", own, inherited)
    label = f"Most items waiting in {slot.name}"
    most = forms.IntegerField(required=False, min_value=1, initial=capacity.effective, label=label)
    section.add(f"slots__{slot.name}__capacity", capacity, most)
    outcome = _of_slot(slot, "when_full", own, inherited)
    told = {f'"{name}"': said for name, said in OUTCOMES.items()}
    label = f"When {slot.name} is full"
    made = JSONChoiceField(values=[*OUTCOMES], labels=told, required=False, initial=outcome.effective, label=label)
    section.add(f"slots__{slot.name}__when_full", outcome, made)


def _of_slot(slot: SlotSpec, name: str, own: Own, inherited: Effective) -> Value:
    path = ("slots", slot.name, name)
    found = value_at(path, own, inherited)
    return found if found.inherited is not MISSING else Value(path, found.own, getattr(slot, name), found.origin)


def _with_default(inherited: Effective, name: str) -> Effective:
    return Effective({name: None, **inherited.values}, inherited.origin)
