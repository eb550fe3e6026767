"""The stored roots of classes: migrate makes them, and the factory the one that it needs before the next migrate."""

from __future__ import annotations

from django.db import transaction

from templates_app import lineage, sync
from templates_app.factory.errors import AlreadyRegistered
from templates_app.factory.names import class_name
from templates_app.models import RoutinePrototype
from templates_app.routines import Routine


def root_of(cls: type[Routine]) -> RoutinePrototype:
    key = class_name(cls)
    return _stored(key) or _planted(key)


def _stored(key: str) -> RoutinePrototype | None:
    return RoutinePrototype.objects.filter(is_code=True, class_key=key, archived_at=None).first()


def _planted(key: str) -> RoutinePrototype:
    with transaction.atomic():
        lineage.lock_for_writing()
        for root in sync.out_of_step():
            if root.class_key == key:
                root.save()
    found = _stored(key)
    if found is None:
        raise AlreadyRegistered(f"The class ‘{key}’ of the catalog has no root: another prototype has its name.")
    return found
