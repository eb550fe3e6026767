from jobs.admin.data import DatasetRowAdmin, UploadAdmin
from jobs.admin.jobs import JobAdmin
from jobs.admin.runtime import ClusterAdmin, SessionAdmin
from jobs.admin.schedules import ScheduleAdmin
from jobs.admin.tokens import ApiTokenAdmin
from jobs.admin.webhooks import WebhookAdmin, WebhookDeliveryAdmin

__all__ = [
    "ApiTokenAdmin",
    "ClusterAdmin",
    "DatasetRowAdmin",
    "JobAdmin",
    "ScheduleAdmin",
    "SessionAdmin",
    "UploadAdmin",
    "WebhookAdmin",
    "WebhookDeliveryAdmin",
]
