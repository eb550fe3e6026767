from __future__ import annotations

from collections.abc import Collection

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

NODE_ID_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]{0,63}\Z"
NODE_ID_HELP = "A letter or _, then letters, digits and _; at most 64. Connections name it."


class Node(models.Model):
    """A place in a flow that has no parent; variants of that flow inherit it and may override its fields."""

    flow = models.ForeignKey("templates_app.FlowPrototype", models.CASCADE, related_name="nodes")
    node_id = models.CharField(
        "node",
        max_length=64,
        help_text=NODE_ID_HELP,
        validators=[RegexValidator(NODE_ID_PATTERN, NODE_ID_HELP, code="invalid-name")],
    )
    routine = models.ForeignKey("templates_app.RoutinePrototype", models.PROTECT, related_name="used_by")
    own = models.JSONField("overrides", default=dict, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["node_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["flow", "node_id"],
                name="node_unique_in_flow",
                violation_error_message="This flow has a node of this name already.",
            ),
            models.CheckConstraint(condition=Q(node_id__regex=NODE_ID_PATTERN), name="node_id_pattern"),
        ]

    def __str__(self) -> str:
        return self.node_id

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Nothing: it would cost a query a row to ask for what the field, the formset and the verb check anyway."""


class Connection(models.Model):
    """An event of one node of a flow leads to a slot of another, or of the same."""

    flow = models.ForeignKey("templates_app.FlowPrototype", models.CASCADE, related_name="connections")
    source = models.ForeignKey(Node, models.CASCADE, related_name="outgoing")
    event = models.CharField(max_length=64)
    target = models.ForeignKey(Node, models.CASCADE, related_name="incoming")
    slot = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["source", "event", "target", "slot"], name="connection_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.source}.{self.event} -> {self.target}.{self.slot}"
