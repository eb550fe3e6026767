"""Form fields for values that are inherited unless they are set here: shown, told apart, and reset to inherited."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms

from routilux_site.lib.forms import StrictJSONField
from routilux_site.lib.strict_json import dumps
from templates_app.forms.schema_fields import Schema, field_for, is_nullable
from templates_app.resolve import Effective

if TYPE_CHECKING:
    _AnyForm = forms.BaseForm
else:
    _AnyForm = object

Path = tuple[str, ...]
Rows = list[str | tuple[str, ...]]

MISSING = object()
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a prototype: where it stands in the own layer, what is set there, and what would be inherited."""

    path: Path
    own: Any
    inherited: Any
    origin: str

    @property
    def is_own(self) -> bool:
        return self.own is not MISSING

    @property
    def effective(self) -> Any:
        found = self.own if self.is_own else self.inherited
        return None if found is MISSING else found

    @property
    def inherited_text(self) -> str:
        if self.inherited is MISSING:
            return "nothing set elsewhere"
        return f"{'nothing' if self.inherited is None else brief(self.inherited)}, from {self.origin}"


@dataclass(slots=True)
class Section:
    """Fields for one fieldset, with the value that each of them shows.

    Where all fields together make one object, that object is `whole`, and `compose` makes it from the cleaned data.
    """

    title: str
    fields: dict[str, forms.Field] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    nullable: set[str] = field(default_factory=set)
    rows: Rows = field(default_factory=list)
    whole: Value | None = None
    compose: Callable[[Mapping[str, Any], Mapping[str, Any]], Any] | None = None

    def add(self, name: str, value: Value, made: forms.Field, *, nullable: bool = False) -> None:
        self.fields[name], self.values[name] = made, value
        names = [name]
        if nullable:
            self.nullable.add(name)
            names.append(f"null__{name}")
            self.fields[names[-1]] = forms.BooleanField(
                required=False, initial=value.own is None, label="Set to nothing (null)"
            )
        if value.is_own:
            names.append(f"reset__{name}")
            label = f"Reset to inherited ({value.inherited_text})"
            self.fields[names[-1]] = forms.BooleanField(required=False, label=label)
        self.rows.append(tuple(names) if len(names) > 1 else name)


def brief(value: Any) -> str:
    text = dumps(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def value_at(path: Path, own: Mapping[str, Any], inherited: Effective, *, otherwise: str = "the class") -> Value:
    """`otherwise` names where inherited values come from that no layer has set."""
    places = (".".join(path[:length]) for length in range(len(path), 0, -1))
    origin = next((inherited.origin[place] for place in places if place in inherited.origin), "")
    return Value(path, _get(own, path), _get(inherited.values, path), f"‘{origin}’" if origin else otherwise)


def schema_section(
    title: str,
    schema: Schema,
    own: Mapping[str, Any],
    inherited: Effective,
    *,
    under: Path = (),
    otherwise: str = "the class",
) -> Section:
    """One field for each property of `schema`, whose values stand below the path `under`."""
    section = Section(title)
    for key, wanted in schema.get("properties", {}).items():
        value = value_at((*under, key), own, inherited, otherwise=otherwise)
        made = field_for(wanted, schema, initial=value.effective)
        made.label = key.replace("_", " ").capitalize()
        made.help_text = " ".join(filter(None, (wanted.get("description", ""), str(made.help_text))))
        section.add("__".join(value.path), value, made, nullable=is_nullable(wanted, schema))
    return section


class LayeredMixin(_AnyForm):
    """Turns what was posted into a new own layer. `sections` is set by whoever makes the class for one prototype."""

    sections: tuple[Section, ...] = ()
    stored_own: Mapping[str, Any] = {}
    own_label = "own"

    data: Any

    def composed_own(self) -> dict[str, Any]:
        """The own layer that the posted fields mean; the JSON behind them counts when it alone was edited."""
        touched = [name for section in self.sections for name in section.fields if self._is_touched(name)]
        if not self._is_touched(self.own_label):
            return self._from_fields()
        if touched:
            message = "Both the fields and the JSON behind them were changed: change one or the other."
            self.add_error(self.own_label, message)
        return dict(self.cleaned_data.get(self.own_label) or {})

    def _from_fields(self) -> dict[str, Any]:
        own = copy.deepcopy(dict(self.stored_own))
        for section in self.sections:
            for name, value in section.values.items():
                if self.cleaned_data.get(f"reset__{name}"):
                    _drop(own, value.path)
                elif name in self.cleaned_data:
                    self._apply_field(own, section, name)
            if section.compose and section.whole and any(map(self._is_touched, section.fields)):
                self._apply_whole(own, section, section.whole)
        return own

    def _apply_field(self, own: dict[str, Any], section: Section, name: str) -> None:
        """What is left empty is inherited; that nothing counts here has to be said, by a tick or by a choice."""
        path, said = section.values[name].path, self.cleaned_data[name]
        if self._is_flipped(f"null__{name}"):
            is_null = self.cleaned_data[f"null__{name}"]
            if is_null and self._is_touched(name) and said is not None:
                self.add_error(name, "A value and nothing at once: empty the field, or take the tick away.")
            _apply(own, path, None if is_null or not self._is_touched(name) else said, keeps_none=is_null)
        elif self._is_touched(name):
            is_choice = isinstance(section.fields[name], forms.ChoiceField)
            _apply(own, path, said, keeps_none=is_choice and name in section.nullable)

    def _is_flipped(self, tick: str) -> bool:
        """An empty box is not sent, but what the page had shown comes with it."""
        return tick in self.changed_data and self.add_initial_prefix(tick) in self.data

    def _apply_whole(self, own: dict[str, Any], section: Section, whole: Value) -> None:
        stored = whole.effective if isinstance(whole.effective, dict) else {}
        made = section.compose(self.cleaned_data, stored) if section.compose else MISSING
        choice = next(iter(section.fields))
        if made is MISSING and not self._is_touched(choice):
            self.add_error(choice, "Choose one here, so that what you changed below counts.")
        elif made is MISSING:
            _drop(own, whole.path)
        else:
            _apply(own, whole.path, made, keeps_none=True)

    def _is_touched(self, name: str) -> bool:
        """Changed by whoever sent the form; a field that was not sent at all stays as it is."""
        return name in self.changed_data and self.add_prefix(name) in self.data

    def field_for_path(self, path: str) -> str | None:
        """The field that shows the value at a dotted path, or the value above it."""
        keys = path.replace("[", ".").split(".")
        names = ("__".join(keys[:length]) for length in range(len(keys), 0, -1))
        return next((name for name in names if name in self.fields), None)


def own_field(own: Mapping[str, Any]) -> StrictJSONField:
    text = "All that is set here, and nothing that is inherited. Change this or the fields above, not both."
    return StrictJSONField(
        kind=dict, required=False, initial=dict(own), empty_value={}, label="Set here", help_text=text
    )


def fieldsets(sections: Iterable[Section]) -> Iterator[tuple[str, dict[str, Any]]]:
    for section in sections:
        if section.rows:
            yield section.title, {"fields": section.rows}


def _get(values: Mapping[str, Any], path: Path) -> Any:
    found: Any = values
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            return MISSING
        found = found[key]
    return found


def _apply(own: dict[str, Any], path: Path, value: Any, *, keeps_none: bool) -> None:
    if value is None and not keeps_none:
        _drop(own, path)
        return
    *parents, last = path
    for key in parents:
        own = own.setdefault(key, {})
    own[last] = value


def _drop(own: dict[str, Any], path: Path) -> None:
    head, *rest = path
    if rest and isinstance(own.get(head), dict):
        _drop(own[head], tuple(rest))
        if not own[head]:
            del own[head]
    elif not rest:
        own.pop(head, None)
