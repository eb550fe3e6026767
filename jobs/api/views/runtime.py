"""Who works: the clusters and sessions of the Runtime."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.bodies import SessionQuery
from jobs.api.examples import runtime as examples
from jobs.api.shapes.runtime import RuntimeSerializer, SessionSerializer
from jobs.history.health import lanes, live_clusters, live_sessions, runtime_health
from jobs.models import Session
from jobs.runtime.store.health import dead_rows, oldest_snapshot_seconds
from jobs.runtime.store.link import django_link
from routilux_site.lib.api.endpoint import Endpoint
from routilux_site.lib.api.operation import operation


class RuntimeDetail(Endpoint):
    permitted = {"GET": ("jobs.view_cluster",)}

    @operation(
        id="read_runtime",
        summary="Read how the Runtime stands",
        about="What `/readyz` judges by, and what the dashboard shows of lanes and of the database.",
        tag="runtime",
        answers={200: RuntimeSerializer},
        refuses=[400],
        examples=examples.RUNTIME,
    )
    def get(self, request: Request) -> Response:
        self.query()
        clusters = live_clusters().order_by("-started_at", "id")[:100]
        database = {
            "oldest_snapshot_seconds": oldest_snapshot_seconds(django_link()),
            "tables": dead_rows(django_link()),
        }
        told = {**runtime_health(), **lanes(), **database, "clusters": clusters}
        return Response(RuntimeSerializer(told).data)


class SessionList(Endpoint):
    permitted = {"GET": ("jobs.view_session",)}

    @operation(
        id="list_sessions",
        summary="List the sessions of the Runtime",
        about="Newest first.",
        tag="runtime",
        parameters=[SessionQuery],
        answers={200: SessionSerializer(many=True)},
        refuses=[400],
        examples=examples.SESSION,
    )
    def get(self, request: Request) -> Response:
        only_live = self.query(SessionQuery)["live"]
        rows = live_sessions() if only_live else Session.objects.all()
        return self.page(rows, SessionSerializer)
