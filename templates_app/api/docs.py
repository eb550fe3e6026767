"""What the descriptions of template endpoints have in common, and their examples."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from routilux_site.lib.api.docs import header
from routilux_site.lib.api.operation import OneOf
from templates_app.api.bodies import WriteQuery
from templates_app.api.shapes.changes import FlowPreviewSerializer, RoutinePreviewSerializer
from templates_app.api.shapes.templates import FlowDetailSerializer, RoutineDetailSerializer

DETAIL: Any = {"flow": FlowDetailSerializer, "routine": RoutineDetailSerializer}
PREVIEW: Any = {"flow": FlowPreviewSerializer, "routine": RoutinePreviewSerializer}
CHANGED = {200: OneOf("{kind}Saved", [DETAIL, PREVIEW])}
CREATED = {201: DETAIL, 200: PREVIEW}

READ = (400, 404)
WRITE = (400, 404, 409, 411, 412, 413, 415)
CREATE = (400, 404, 409, 411, 413, 415)

IF_MATCH = OpenApiParameter(
    "If-Match", location=OpenApiParameter.HEADER, description="The `ETag` of what you had read, or `*`."
)
WRITES = [WriteQuery, IF_MATCH, header("ETag", "What it is at now.", 200)]
CREATES = [WriteQuery, header("ETag", "What it is at.", 201), header("Location", "Where it is.", 201)]
READS = [
    OpenApiParameter("If-None-Match", location=OpenApiParameter.HEADER, description="An `ETag` that was seen before."),
    header("ETag", "Changes when anything in the answer does; send it as `If-Match` to write.", 200, 304),
]

EXAMPLE_HASH = "9f2c1f0e5d4b4b6f8a7d3c2b1a09f8e7d6c5b4a392817f6e5d4c3b2a19080706"
_NEW_HASH = "1b7a4c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b"
_COMMON: dict[str, Any] = {
    "description": "Reads orders, validates them and adds them up.",
    "category": "samples",
    "tags": ["csv"],
    "problems": [],
    "rules": {},
    "origin": None,
    "release": "",
    "created_by": "alice",
    "created_at": "2026-11-01T09:00:00Z",
    "archived_at": None,
    "updated_at": "2026-11-20T10:00:00Z",
}
_FLOW = {
    "name": "orders",
    **_COMMON,
    "variant_of": None,
    "revision": {"number": 3, "hash": EXAMPLE_HASH},
    "runnable": True,
    "entry": "read.input",
    "input_schema": {"type": "object", "required": ["upload"]},
    "version": 7,
    "document": {
        "settings": {"entry": "read.input", "max_workers": 4},
        "nodes": {"read": {"routine": "read_csv"}, "sum": {"routine": "aggregator", "config": {"group_by": "region"}}},
        "connections": [["read.row", "sum.input"]],
    },
}
_ROUTINE = {
    "name": "fast_sum",
    **_COMMON,
    "variant_of": None,
    "base": "aggregator",
    "is_code": False,
    "class_key": "aggregator",
    "slots": ["input"],
    "events": ["aggregated", "skipped"],
    "version": 2,
    "document": {"config": {"group_by": "region"}, "timeout": 30},
}
_IMPACT = {
    "fields": {"orders": ["max_workers"]},
    "reached": 1,
    "moved": [
        {
            "flow": "orders",
            "old_hash": EXAMPLE_HASH,
            "new_hash": _NEW_HASH,
            "new_revision": True,
            "changes": [
                {
                    "kind": "changed",
                    "subject": "setting",
                    "node": None,
                    "path": "max_workers",
                    "pointer": "/max_workers",
                    "before": 4,
                    "after": 8,
                    "impact": "limits",
                    "sentence": "max_workers went from 4 to 8.",
                }
            ],
            "unfinished_jobs": 2,
            "schedules": 0,
        }
    ],
    "staying": [],
    "broken": [],
    "healed": [],
    "unfinished_jobs": 2,
    "schedules": 0,
}


_ROUTINE_PREVIEW = {"result": _ROUTINE, "impact": {**_IMPACT, "fields": {"fast_sum": ["config.group_by"]}}}


def asked(name: str, value: Any, media_type: str = "application/json") -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True, media_type=media_type)


def told(name: str, value: Any, status: int = 200, media_type: str = "application/json") -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)], media_type=media_type)


def _row(detail: dict[str, Any], *more: str) -> dict[str, Any]:
    return {key: detail[key] for key in ("name", "description", "category", "tags", "variant_of", *more)}


EXAMPLE_ROW = {"flow": _row(_FLOW, "revision", "runnable"), "routine": _row(_ROUTINE, "base", "is_code")}


def _changing(name: str, body: Any) -> dict[str, list[OpenApiExample]]:
    """The same request for both kinds, with their answers."""
    return {
        "flow": [asked(name, body), told("Saved", _FLOW), told("Previewed", {"result": _FLOW, "impact": _IMPACT})],
        "routine": [asked(name, body), told("Saved", _ROUTINE)],
    }


def _making(name: str, flow: Any, routine: Any) -> dict[str, list[OpenApiExample]]:
    preview = told("Previewed", {"result": _FLOW, "impact": _IMPACT})
    return {
        "flow": [asked(name, flow), told("Made", _FLOW, 201), preview],
        "routine": [asked(name, routine), told("Made", _ROUTINE, 201), told("Previewed", _ROUTINE_PREVIEW)],
    }


FLOW = {"flow": [told("A flow", _FLOW)], "routine": [told("A routine", _ROUTINE)]}
CREATE_EXAMPLES = _making(
    "A new one",
    {"name": "orders", "document": _FLOW["document"], "category": "samples"},
    {"name": "fast_sum", "base": "aggregator", "document": _ROUTINE["document"]},
)
VARIANT = _making(
    "Overriding one field",
    {"name": "orders-eu", "overrides": {"nodes": {"sum": {"config": {"group_by": "country"}}}}},
    {"name": "slow_sum", "overrides": {"timeout": 600}},
)
DUPLICATE = _making("A copy", {"name": "orders-2"}, {"name": "fast_sum_2"})
PUT = {
    "flow": [asked("All of it", {"document": _FLOW["document"], "message": "More workers"}), *FLOW["flow"]],
    "routine": [asked("All of it", {"document": _ROUTINE["document"]}), *FLOW["routine"]],
}
PATCH = {
    "flow": _changing("One field set, one reset", {"set": {"max_workers": 8}, "reset": ["timeout"]})["flow"],
    "routine": _changing("One field", {"set": {"config.group_by": "country"}, "message": "By country"})["routine"],
}
PREVIEWED = {
    "flow": [asked("One field", {"set": {"max_workers": 8}}), told("Its impact", {"result": _FLOW, "impact": _IMPACT})],
    "routine": [
        asked("One field", {"set": {"config.group_by": "country"}}),
        told("Its impact", _ROUTINE_PREVIEW),
    ],
}
RESET = _changing("One field", {"path": "config.group_by"})
PROMOTE = _changing("To its parent", {"paths": ["config.group_by"], "message": "Good for all"})
REBASE = _changing("Deciding a conflict", {"take": {"config.group_by": "theirs"}})
RULE = _changing("Bounds", {"path": "config.size", "rule": {"min": 1, "max": 500}})
MESSAGE = _changing("With a reason", {"message": "No longer needed"})
COMPARE = [
    asked("With a text", {"a": "orders", "text": "flow_id: orders\nroutines:\n  read: {class: read_csv}\n"}),
    told(
        "One setting",
        {
            "a": "orders@2",
            "b": "orders",
            "summary": "1 setting changed",
            "differences": _IMPACT["moved"][0]["changes"],  # type: ignore[index]
            "patch": [{"op": "replace", "path": "/max_workers", "value": 8}],
        },
    ),
]
YAML = "application/yaml"
IMPORT = [
    told(
        "A new flow",
        {
            "has_changes": True,
            "steps": [{"action": "create", "kind": "flow", "name": "orders", "changes": []}],
            "effects": [],
            "problems": [],
            "impact": None,
        },
    ),
]
