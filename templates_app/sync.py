"""Keep the read-only root prototypes in step with the classes of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from routilux_site.lib import strict_json
from templates_app import catalog, lineage
from templates_app.models import Kind, Prototype
from templates_app.revise import revise

if TYPE_CHECKING:
    from django.apps.registry import Apps


def is_current(apps: Apps) -> bool:
    """Whether the database just migrated has today's prototypes: not after a migration back to an older state."""
    try:
        migrated = apps.get_model("templates_app", "Prototype")
    except LookupError:
        return False
    return {field.name for field in migrated._meta.fields} == {field.name for field in Prototype._meta.fields}


@transaction.atomic
def sync_catalog() -> None:
    """One root prototype for each registered class; roots of classes that are gone are archived. Flows follow."""
    lineage.lock_for_writing()
    for root in out_of_step():
        root.save()
    made = list(Prototype.objects.filter(is_code=False))
    if made:
        revise(made, message="The code changed.")


def out_of_step() -> list[Prototype]:
    """Code roots that the database lacks or holds otherwise than the catalog does, as they ought to be saved."""
    stored = {root.class_key: root for root in Prototype.objects.filter(is_code=True)}
    taken = set(Prototype.objects.filter(is_code=False).values_list("name", flat=True))
    names = catalog.names()
    wanted = [_root(name, stored.get(name)) for name in names if name not in taken]
    gone = [root for name, root in stored.items() if name not in names and not root.is_archived]
    for root in gone:
        root.archived_at = timezone.now()
    return [root for root in wanted if root is not None] + gone


def name_clashes() -> list[str]:
    """Names of classes that a prototype of somebody's own making holds, so that the class has no root."""
    return sorted(Prototype.objects.filter(is_code=False, name__in=catalog.names()).values_list("name", flat=True))


def _root(name: str, stored: Prototype | None) -> Prototype | None:
    """The root for the class `name` as it should be, or None when `stored` is that already."""
    values = _values(name)
    if stored is None:
        return Prototype(kind=Kind.ROUTINE, is_code=True, class_key=name, name=name, **values)
    if all(getattr(stored, field) == value for field, value in values.items()):
        return None
    for field, value in values.items():
        setattr(stored, field, value)
    return stored


def _values(name: str) -> dict[str, Any]:
    entry = catalog.get(name)
    return {
        "own": {"config": defaults} if (defaults := default_config(entry.cls)) else {},
        "description": entry.description or "",
        "category": entry.category or "",
        "tags": list(entry.tags),
        "archived_at": None,
    }


def default_config(cls: Any) -> dict[str, Any]:
    """The values that `Config` gives to what nobody sets; they are the lowest layer of every prototype of the class."""
    if cls.Config is None:
        return dict(cls().own_config)
    stated = cls.Config.model_construct().model_dump(mode="json", exclude_none=False, warnings=False)
    defaults: dict[str, Any] = {**stated, **cls().own_config}
    strict_json.check(defaults, path="config")
    return defaults
