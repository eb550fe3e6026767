from __future__ import annotations

from jobs.models.access import ApiToken, Bucket, IdempotencyKey
from jobs.models.data import DatasetRow, Upload
from jobs.models.job import Job, JobEvent
from jobs.models.pruned import PrunedJob
from jobs.models.runtime import Cluster, CodeVersion, Session, Ticket
from jobs.models.schedule import Schedule, ScheduleEvent
from jobs.models.step import Activation, Item, NodeState, StepLog, Wait
from jobs.models.views import SavedView
from jobs.models.webhook import Outbox, Webhook, WebhookDelivery

__all__ = [
    "Activation",
    "ApiToken",
    "Bucket",
    "Cluster",
    "CodeVersion",
    "DatasetRow",
    "IdempotencyKey",
    "Item",
    "Job",
    "JobEvent",
    "NodeState",
    "Outbox",
    "PrunedJob",
    "SavedView",
    "Schedule",
    "ScheduleEvent",
    "Session",
    "StepLog",
    "Ticket",
    "Upload",
    "Wait",
    "Webhook",
    "WebhookDelivery",
]
