"""Who changed which template, in words: the history that the admin shows, whichever door the change came through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from routilux_site.lib.errors import join_path
from templates_app.models import FlowPrototype, Prototype, RoutinePrototype

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.http import HttpRequest

    Actor = AbstractBaseUser | None

_MOST_PATHS = 12


def actor_of(request: HttpRequest) -> Actor:
    return request.user if request.user.is_authenticated else None


def added(prototype: Prototype, actor: Actor, message: str) -> None:
    _write([prototype], actor, message, ADDITION)


def changed(prototypes: Iterable[Prototype], actor: Actor, message: str) -> None:
    _write(prototypes, actor, message, CHANGE)


def last_change(prototype: Prototype) -> LogEntry | None:
    entries = LogEntry.objects.filter(content_type=_content_type(prototype), object_id=str(prototype.pk))
    return entries.select_related("user").order_by("-action_time", "-pk").first()


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """`config.timeout, policy`: the paths whose values differ."""
    paths = sorted(_changed_paths(before, after, ""))
    more = f" and {len(paths) - _MOST_PATHS} more" if len(paths) > _MOST_PATHS else ""
    return ", ".join(paths[:_MOST_PATHS]) + more


def _changed_paths(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[str]:
    for key in before.keys() | after.keys():
        old, new = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _changed_paths(old, new, join_path(path, key))
        elif old != new or type(old) is not type(new):
            yield join_path(path, key)


class _Absent(dict[str, Any]):
    """Compares as an object without keys, so that what is new is told key by key."""


_ABSENT = _Absent()


def _write(prototypes: Iterable[Prototype], actor: Actor, message: str, flag: int) -> None:
    # LogEntry must name a user; what a program does without one stands in the revision only
    if actor is None or actor.pk is None:
        return
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=actor.pk,
            content_type=_content_type(prototype),
            object_id=str(prototype.pk),
            object_repr=str(prototype)[:200],
            action_flag=flag,
            change_message=message,
        )
        for prototype in prototypes
    )


def _content_type(prototype: Prototype) -> ContentType:
    proxy = FlowPrototype if prototype.is_flow else RoutinePrototype
    return ContentType.objects.get_for_model(proxy, for_concrete_model=False)
