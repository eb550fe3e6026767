"""Fields set and reset by their paths, in what a prototype stores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from templates_app import stored
from templates_app.fieldpaths import ABSENT, Keys, drop, fields, get, parse, put, show
from templates_app.models import Prototype
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.routines.text import listed, shorten


def patched(prototype: Prototype, values: object, resets: Iterable[str]) -> dict[str, Any]:
    """The document, or own layer, that `prototype` would store; raises Refused for paths that lead nowhere."""
    if not isinstance(values, Mapping):
        raise Refused([Problem("set", "invalid-value", f"{shorten(values)} is not accepted here: an object is.")])
    form = stored.form_of(prototype)
    for path in resets:
        form = _without(prototype, form, parse(path, place="reset"))
    for path, value in values.items():
        form = _with(form, parse(path, place="set"), value)
    return stored.document_of_form(form) if prototype.is_flow else form


def _without(prototype: Prototype, form: dict[str, Any], keys: Keys) -> dict[str, Any]:
    if get(form, keys) is ABSENT:
        own = listed(show(field) for field, _ in fields(form))
        raise Refused(
            [Problem(show(keys), "not-overridden", f"‘{prototype}’ does not set this itself. It sets: {own}.")]
        )
    return drop(form, keys)


def _with(form: dict[str, Any], keys: Keys, value: Any) -> dict[str, Any]:
    for length in range(1, len(keys)):
        above = get(form, keys[:length])
        if above is not ABSENT and not isinstance(above, Mapping):
            message = f"{show(keys[:length])} is {shorten(above)} here, which has no fields: set it as a whole."
            raise Refused([Problem(show(keys), "invalid-path", message)])
    return put(form, keys, value)
