from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

    from templates_app.models.graph import Node
    from templates_app.models.revision import Revision

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z"
NAME_HELP = "Letters, digits, - and _; at most 100; unique among all prototypes, routines and flows alike."


class Kind(models.TextChoices):
    ROUTINE = "routine", "routine"
    FLOW = "flow", "flow"


class PrototypeQuerySet(models.QuerySet["Prototype"]):
    def active(self) -> PrototypeQuerySet:
        return self.filter(archived_at=None)


class Prototype(models.Model):
    """A stored template. `own` holds only what this prototype sets itself; all else comes live from its parents.

    `rules` says what layers below may not touch. A duplicate keeps its `origin`, and what that meant when it was copied
    or last rebased on: a document of a flow, an own layer of a routine.
    """

    kind = models.CharField(max_length=10, choices=Kind.choices, editable=False)
    name = models.CharField(
        max_length=100,
        help_text=NAME_HELP,
        validators=[RegexValidator(NAME_PATTERN, NAME_HELP, code="invalid-name")],
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    class_key = models.CharField(max_length=200, blank=True, default="", editable=False)
    is_code = models.BooleanField(default=False, editable=False)
    own = models.JSONField(default=dict, blank=True)
    rules = models.JSONField(default=dict, blank=True, editable=False)
    origin = models.ForeignKey("self", models.PROTECT, null=True, blank=True, editable=False, related_name="duplicates")
    origin_base = models.JSONField(null=True, blank=True, editable=False)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=100, blank=True)
    tags = models.JSONField(default=list, blank=True)
    release = models.CharField(max_length=50, blank=True, default="", editable=False)
    example_config = models.JSONField(default=dict, blank=True, editable=False)
    head = models.ForeignKey(
        "templates_app.Revision", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    problems = models.JSONField(default=list, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = PrototypeQuerySet.as_manager()

    children: models.Manager[Prototype]
    duplicates: models.Manager[Prototype]
    nodes: models.Manager[Node]
    revisions: models.Manager[Revision]

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="prototype_name_unique",
                violation_error_message="This name is taken: names are unique among all prototypes, case aside.",
            ),
            models.CheckConstraint(condition=Q(name__regex=NAME_PATTERN), name="prototype_name_pattern"),
            models.CheckConstraint(condition=Q(kind__in=["routine", "flow"]), name="prototype_kind_known"),
            # a code root has a class and no parent; every other routine gets its class through its parents
            models.CheckConstraint(
                condition=(Q(is_code=True, kind="routine", parent=None) & ~Q(class_key=""))
                | Q(is_code=False, kind="routine", class_key="", parent__isnull=False)
                | Q(is_code=False, kind="flow", class_key=""),
                name="prototype_routine_ends_in_code",
            ),
            models.CheckConstraint(condition=Q(kind="flow") | Q(head=None), name="prototype_head_of_flow"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(f"admin:templates_app_{self.kind}prototype_change", args=[self.pk])

    @property
    def is_flow(self) -> bool:
        return self.kind == Kind.FLOW

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def is_variant(self) -> bool:
        return self.parent_id is not None


def may_see_flows(user: AbstractUser | AnonymousUser) -> bool:
    return user.has_perm("templates_app.view_flowprototype") or user.has_perm("templates_app.trigger_flowprototype")


class RoutineManager(models.Manager["RoutinePrototype"]):
    def get_queryset(self) -> models.QuerySet[RoutinePrototype]:
        return super().get_queryset().filter(kind=Kind.ROUTINE)


class FlowManager(models.Manager["FlowPrototype"]):
    def get_queryset(self) -> models.QuerySet[FlowPrototype]:
        return super().get_queryset().filter(kind=Kind.FLOW)

    def active(self) -> models.QuerySet[FlowPrototype]:
        return self.get_queryset().filter(archived_at=None)

    def visible_to(self, user: AbstractUser | AnonymousUser) -> models.QuerySet[FlowPrototype]:
        """Flows that `user` may see, archived ones included; empty for whoever may see none."""
        return self.get_queryset() if may_see_flows(user) else self.get_queryset().none()


class RoutinePrototype(Prototype):
    objects = RoutineManager()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True
        verbose_name = "routine prototype"
        default_permissions = ("add", "change", "view")
        permissions = [
            ("clone_routineprototype", "Can create variants and duplicates of routine prototypes"),
            ("archive_routineprototype", "Can archive routine prototypes"),
        ]


class FlowPrototype(Prototype):
    objects = FlowManager()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True
        verbose_name = "flow prototype"
        default_permissions = ("add", "change", "view")
        permissions = [
            ("clone_flowprototype", "Can create variants and duplicates of flow prototypes"),
            ("archive_flowprototype", "Can archive flow prototypes"),
            ("trigger_flowprototype", "Can trigger jobs of flow prototypes"),
        ]

    @property
    def is_runnable(self) -> bool:
        """A flow that is archived, or that its parents made invalid, starts no job."""
        return self.head_id is not None and not self.is_archived
