"""Brings the sample templates and their data in. What is there already is never touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser

from jobs.models import Upload
from jobs.uploads import store_upload
from templates_app import services
from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from templates_app.refusals import NameTaken
from templates_app.services import About

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates.json"
UPLOADS = (HERE / "orders" / "orders.csv", HERE / "text" / "mill.txt")


@dataclass(frozen=True)
class Loaded:
    what: str
    name: str
    created: bool


def load() -> Iterator[Loaded]:
    """Load what is missing, one by one; a name that is taken stays as it is. Harmless to repeat."""
    templates = json.loads(TEMPLATES.read_text(encoding="utf-8"))
    for path in UPLOADS:
        yield Loaded("upload", path.name, _upload(path))
    for given in templates["routines"]:
        yield Loaded("routine", given["name"], _make(given))
    for given in templates["flows"]:
        yield Loaded("flow", given["name"], _make(given))


def _upload(path: Path) -> bool:
    if Upload.objects.filter(name=path.name).exists():
        return False
    store_upload(name=path.name, content=path.read_bytes(), actor=AnonymousUser())
    return True


def _make(given: dict[str, Any]) -> bool:
    if Prototype.objects.filter(name__iexact=given["name"]).exists():
        return False
    try:
        _create(given)
    except NameTaken:  # by another load at the same moment
        return False
    return True


def _create(given: dict[str, Any]) -> None:
    name, parent = given["name"], given.get("variant_of")
    about = About(description=given["description"], category="samples")
    if "document" in given and parent:
        flow = FlowPrototype.objects.get(name=parent)
        services.create_variant(flow, name=name, overrides=given["document"], about=about)
    elif "document" in given:
        services.create_flow(name, document=given["document"], about=about)
    elif parent:
        routine = RoutinePrototype.objects.get(name=parent)
        services.create_variant(routine, name=name, overrides=given["own"], about=about)
    else:
        services.create_routine(name, base=given["base"], own=given["own"], about=about)
