"""Names and descriptions of prototypes: one namespace, one way in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from routilux_site.lib import strict_json
from templates_app.document import accepted_names
from templates_app.models import Prototype, RoutinePrototype
from templates_app.models.prototype import NAME_HELP, NAME_PATTERN
from templates_app.problems import Problem
from templates_app.refusals import NameTaken, Refused
from templates_app.routines.text import shorten

if TYPE_CHECKING:
    from templates_app.audit import Actor

P = TypeVar("P", bound=Prototype)

MAX_CATEGORY = 100
MAX_RELEASE = 50
MAX_TAGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What people read about a prototype; it is no part of a revision. In an update None leaves what is there.

    `release` is the author's own word for a version, `example_config` shows how to set the prototype up.
    """

    name: str | None = None
    description: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    release: str | None = None
    example_config: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, prototype: Prototype) -> About:
        return cls(
            description=prototype.description,
            category=prototype.category,
            tags=tuple(prototype.tags),
            release=prototype.release,
            example_config=prototype.example_config,
        )


NO_WORDS = About()


def insert(prototype: P, about: About, actor: Actor) -> P:
    prototype.created_by_id = actor.pk if actor else None
    _refuse_name(prototype.name)
    describe(prototype, about)
    _refuse_taken(prototype)
    prototype.save(force_insert=True)
    return prototype


def describe(prototype: Prototype, about: About | None) -> None:
    if about is None:
        return
    problems = list(_problems(about))
    if problems:
        raise Refused(problems)
    if about.name is not None and about.name != prototype.name:
        prototype.name = about.name
        _refuse_name(prototype.name)
        _refuse_taken(prototype)
    prototype.description, prototype.category, prototype.tags = about.description, about.category, list(about.tags)
    if about.release is not None:
        prototype.release = about.release
    if about.example_config is not None:
        prototype.example_config = dict(about.example_config)


def routine_by_name(name: str, *, path: str) -> RoutinePrototype:
    found = RoutinePrototype.objects.filter(name=name).first()
    if found is None:
        names = RoutinePrototype.objects.filter(archived_at=None).values_list("name", flat=True)
        message = f"There is no routine prototype {shorten(name)}. {accepted_names(name, names)}"
        raise Refused([Problem(path, "unknown-routine", message)])
    return found


def _refuse_name(name: object) -> None:
    if not isinstance(name, str) or not re.match(NAME_PATTERN, name):
        raise Refused([Problem("name", "invalid-name", f"{shorten(name)} is not accepted as a name. {NAME_HELP}")])


def _refuse_taken(prototype: Prototype) -> None:
    other = Prototype.objects.filter(name__iexact=prototype.name).exclude(pk=prototype.pk).first()
    if other is not None:
        what = f"an archived {other.kind}" if other.is_archived else f"a {other.kind}"
        raise NameTaken(f"The name ‘{other.name}’ is taken by {what} prototype. {NAME_HELP}", path="name")


def _problems(about: About) -> Iterator[Problem]:
    for field, text in (("description", about.description), ("category", about.category)):
        strict_json.check(text, path=field)
    strict_json.check(list(about.tags), path="tags")
    strict_json.check(about.release, path="release")
    strict_json.check(about.example_config, path="example_config")
    for field, words, most in (("category", about.category, MAX_CATEGORY), ("release", about.release, MAX_RELEASE)):
        if len(words or "") > most:
            yield Problem(field, "invalid-value", f"{len(words or '')} characters: at most {most} are accepted.")
    if len(about.tags) > MAX_TAGS or not all(about.tags):
        yield Problem("tags", "invalid-value", f"At most {MAX_TAGS} tags, each a text, are accepted.")
