"""Nodes and connections as rows of a flow's page; together they are the flow's document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.forms import BaseInlineFormSet

from routilux_site.lib.forms import StrictJSONField
from templates_app.models import Connection, FlowPrototype, Node

if TYPE_CHECKING:
    _NodeForm = forms.ModelForm[Node]
    _ConnectionForm = forms.ModelForm[Connection]
    _InlineFormSet = BaseInlineFormSet[Any, FlowPrototype, Any]
else:
    _NodeForm = _ConnectionForm = forms.ModelForm
    _InlineFormSet = BaseInlineFormSet

NodeRows: TypeAlias = "BaseInlineFormSet[Node, FlowPrototype, NodeRow]"
ConnectionRows: TypeAlias = "BaseInlineFormSet[Connection, FlowPrototype, ConnectionRow]"


@dataclass(frozen=True, slots=True)
class PortChoices:
    """The ports that exist, written `node.port`, in the order of nodes and ports."""

    events: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()


class NodeRow(_NodeForm):
    routine_name = forms.ChoiceField(label="Routine")
    own = StrictJSONField(
        kind=dict,
        required=False,
        empty_value={},
        label="Overrides",
        widget=StrictJSONField.widget(attrs={"rows": 3, "cols": 40}),
        help_text='Only what differs from the routine, for example {"config": {"timeout": 5}}.',
    )

    class Meta:
        model = Node
        fields = ["node_id", "own"]

    routine_choices: Iterable[tuple[str, str]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["routine_name"].choices = [("", "---------"), *self.routine_choices]  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["routine_name"] = self.instance.routine.name


class ConnectionRow(_ConnectionForm):
    source_port = forms.ChoiceField(label="From event")
    target_port = forms.ChoiceField(label="To slot")

    class Meta:
        model = Connection
        fields: list[str] = []

    ports = PortChoices()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored: Connection = self.instance
        if stored.pk:
            self.initial["source_port"] = f"{stored.source.node_id}.{stored.event}"
            self.initial["target_port"] = f"{stored.target.node_id}.{stored.slot}"
        self._offer("source_port", self.ports.events)
        self._offer("target_port", self.ports.slots)

    def _offer(self, name: str, ports: Iterable[str]) -> None:
        """What is stored, or was just chosen, stays on offer: the verb refuses a port that went away, in words."""
        choices = {port: port for port in ports}
        for kept in (self.initial.get(name), self.data.get(self.add_prefix(name)) if self.is_bound else None):
            if kept:
                choices.setdefault(kept, f"{kept} (not there)")
        self.fields[name].choices = [("", "---------"), *choices.items()]  # type: ignore[attr-defined]
        self.fields[name].widget.attrs["aria-label"] = self.fields[name].label  # a table has no room for labels


class Rows(_InlineFormSet):
    """The formset of both. Nothing is saved by row, so that the database need not be asked for the id of each row."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            what = str(form.instance) if form.instance.pk else "this row"
            form.fields["DELETE"].widget.attrs["aria-label"] = f"Remove {what}"
        form.fields["id"] = forms.IntegerField(required=False, initial=form.instance.pk, widget=forms.HiddenInput)


def document(settings: Mapping[str, Any], nodes: NodeRows, connections: ConnectionRows) -> dict[str, Any]:
    """The document that valid rows mean. Connections follow a node that was renamed."""
    renamed = {row.initial["node_id"]: row.cleaned_data["node_id"] for row in _kept(nodes) if row.instance.pk}
    return {
        "settings": _follow_entry(settings, renamed),
        "nodes": {row.cleaned_data["node_id"]: _node(row) for row in _kept(nodes)},
        "connections": [
            [_follow(row.cleaned_data[end], renamed) for end in ("source_port", "target_port")]
            for row in _kept(connections)
        ],
    }


def _kept(rows: BaseInlineFormSet[Any, Any, Any]) -> list[Any]:
    gone = set(map(id, rows.deleted_forms))
    return [row for row in rows.forms if id(row) not in gone and (row.instance.pk or row.has_changed())]


def _node(row: NodeRow) -> dict[str, Any]:
    return {"routine": row.cleaned_data["routine_name"], **(row.cleaned_data.get("own") or {})}


def _follow(port: str, renamed: Mapping[str, str]) -> str:
    node, dot, name = port.partition(".")
    return f"{renamed.get(node, node)}{dot}{name}"


def _follow_entry(settings: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    entry = settings.get("entry")
    return {**settings, "entry": _follow(entry, renamed)} if isinstance(entry, str) else dict(settings)
