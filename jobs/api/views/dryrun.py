"""Trying a flow without running it."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api import docs
from jobs.api.base import TRIGGER, Endpoint
from jobs.api.bodies import DryRunBody
from jobs.api.examples import dryrun as examples
from jobs.api.shapes.dryrun import DryRunSerializer
from jobs.dryrun.front import Wish, dry_run
from routilux_site.lib.api.operation import operation
from templates_app.api.pointing import inside, pointing
from templates_app.errors import TemplateError

CHANGE = "templates_app.change_flowprototype"


class FlowDryRun(Endpoint):
    permitted = {"POST": (TRIGGER, CHANGE)}

    @operation(
        id="dry_run_flow",
        summary="Try a flow without running it",
        about=(
            "The router of production, in memory, with sample input: pure routines run for real, others send what "
            "`outputs` says, or nothing. No job is made, nothing is written, and timers and retries do not wait. "
            "Steps, items and time are bounded: `outcome` is `stopped` when a bound was reached, `open` when the flow "
            "would wait for more items, else `completed` or `failed`."
        ),
        tag="flows",
        takes=DryRunBody,
        answers={200: DryRunSerializer},
        refuses=(*docs.WRITE, 422),
        examples=[*examples.DRY_RUN, *examples.DRY_RAN],
    )
    def post(self, request: Request, name: str) -> Response:
        flow = self.flow(name)
        said = self.said(DryRunBody)
        self._may(said)
        with pointing(inside("document" if "document" in said else "overrides"), of=TemplateError):
            return Response(dry_run(flow=flow, wish=Wish(**said)).report)

    def _may(self, said: dict[str, Any]) -> None:
        """To try another document is to look inside of a flow, which tokens for some flows may not."""
        if "document" in said and (self.flow_names or not self.request.user.has_perm(CHANGE)):
            raise PermissionDenied("A dry run of another document needs the permission to change flows.")
