"""What stands below a field, in words and with a sign: set here, inherited or locked, and what every layer says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from templates_app.explain import LayerValue, Row
from templates_app.fieldpaths import field_length, show
from templates_app.fieldrules import sentence
from templates_app.forms.layered import MISSING, Section, Value, brief

Rows = Mapping[str, Row]


def mark(sections: Iterable[Section], rows: Rows) -> None:
    """Say below each field where its value comes from, and close what is locked. `rows` are by path, as seen here."""
    for section in sections:
        for name, value in section.values.items():
            _mark(section, [name, f"null__{name}"], value, rows)
        if section.whole is not None:
            _mark(section, list(section.fields), section.whole, rows)


def _mark(section: Section, names: list[str], value: Value, rows: Rows) -> None:
    row = rows.get(show(value.path[: field_length(value.path)]))
    made = section.fields[names[0]]
    made.help_text = (
        format_html("{} {}", made.help_text, _marker(value, row)) if made.help_text else _marker(value, row)
    )
    if row is not None and row.locked_by:
        for name in names:
            _close(section.fields.get(name))


def _close(made: forms.Field | None) -> None:
    if made is not None:
        made.disabled = True


def _marker(value: Value, row: Row | None) -> SafeString:
    told = [_state(value, row), *(_rules(row) if row else ()), _layers(row) if row else ""]
    parts = format_html_join(" ", "{}", ((part,) for part in told if part))
    return format_html('<span class="rtx-marker">{}</span>', parts)


def _state(value: Value, row: Row | None) -> SafeString:
    locked_by = row.locked_by if row else ""
    if locked_by and value.is_own:
        words = f"‘{locked_by}’ locks this: reset it to inherited ({value.inherited_text})."
        return format_html("{} {}", badge("bad", "✗ Set here, but locked"), words)
    if locked_by:
        return format_html("{} It cannot be set here.", badge("locked", f"▣ Locked by ‘{locked_by}’."))
    if value.is_own:
        what = "Nothing (null) is set here. " if value.own is None else ""
        return format_html("{} {}Inherited would be: {}.", badge("own", "● Set here."), what, value.inherited_text)
    if value.inherited is MISSING:
        return badge("bad", "○ Required, and set nowhere yet.")
    return badge("inherited", f"○ Inherited from {value.origin}.")


def badge(kind: str, words: str) -> SafeString:
    return format_html('<span class="rtx-state {}">{}</span>', kind, words)


def _rules(row: Row) -> Iterator[SafeString]:
    for found in row.rules:
        if found.is_lock:
            continue
        if found.binds:
            yield format_html("‘{}’ accepts {} here.", found.layer, sentence(found.rule))
        elif "locked" in found.rule:
            yield format_html("{}", "▣ Locked here for whatever builds on this.")
        else:
            yield format_html("Whatever builds on this may set {}.", sentence(found.rule))


def _layers(row: Row) -> SafeString | str:
    if not row.is_set:
        return ""
    said = format_html_join(" › ", "<span>{}: <code>{}</code></span>", map(_said, row.layers))
    return format_html('<span class="rtx-layers">Layers: {}</span>', said)


def _said(found: LayerValue) -> tuple[str, str]:
    return found.layer, brief(found.value) if found.is_set else "–"
