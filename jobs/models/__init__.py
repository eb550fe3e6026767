from __future__ import annotations

from jobs.models.access import ApiToken, Bucket, IdempotencyKey
from jobs.models.data import DatasetRow, Upload
from jobs.models.job import Job, JobEvent
from jobs.models.runtime import Cluster, Session, Ticket
from jobs.models.step import Activation, Item, NodeState, StepLog

__all__ = [
    "Activation",
    "ApiToken",
    "Bucket",
    "Cluster",
    "DatasetRow",
    "IdempotencyKey",
    "Item",
    "Job",
    "JobEvent",
    "NodeState",
    "Session",
    "StepLog",
    "Ticket",
    "Upload",
]
