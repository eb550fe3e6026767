"""Examples of what is only read about templates, for the OpenAPI schema."""

from __future__ import annotations

from typing import Any

from templates_app.api.docs import EXAMPLE_HASH, EXAMPLE_ROW, IMPORT, YAML, asked, told

_CLASS = {
    "name": "sleep",
    "description": "Waits, then sends its item on.",
    "category": "testing",
    "tags": [],
    "slots": [{"name": "input", "capacity": 10_000, "when_full": "fail", "description": ""}],
    "events": [{"name": "output", "params": ["data"], "description": ""}],
    "ports_follow_config": False,
    "config_schema": {"type": "object", "properties": {"seconds": {"type": "number", "minimum": 0}}},
    "pure": True,
    "atomic": False,
    "needs_logic": False,
    "link": "https://routilux.example/api/v1/catalog/classes/sleep",
}
CLASS = [told("A class", _CLASS)]
CLASSES = [told("One class", {"results": [_CLASS]})]
_SIZE = {"name": "min_batch_size", "type": "integer", "default": None}
CATALOG = [
    told(
        "A small one",
        {
            "classes": ["aggregator", "read_csv", "sleep"],
            "logic": ["count_words"],
            "policies": [{"type": "batch_size", "description": "So many items of every slot.", "settings": [_SIZE]}],
            "custom_policies": ["vip_first"],
            "error_strategies": ["stop", "continue", "retry", "skip"],
            "error_handler": [{"name": "max_retries", "type": "integer", "default": 3}],
            "exceptions": ["ConnectionError", "TimeoutError"],
        },
    )
]
ROWS: dict[str, Any] = {
    "flow": [told("A flow", EXAMPLE_ROW["flow"])],
    "routine": [told("A routine", EXAMPLE_ROW["routine"])],
}
EXPLAINED = [
    told(
        "One field",
        {
            "fields": [
                {
                    "path": "max_workers",
                    "set": True,
                    "value": 8,
                    "layer": "orders-eu",
                    "state": "overridden",
                    "locked_by": None,
                    "layers": [
                        {"layer": "orders", "set": True, "value": 4},
                        {"layer": "orders-eu", "set": True, "value": 8},
                    ],
                    "rule": {"min": 1, "max": 16},
                    "rules": [
                        {
                            "layer": "orders",
                            "path": "max_workers",
                            "binds": True,
                            "accepts": "from 1 to 16",
                            "rule": {"min": 1, "max": 16},
                        }
                    ],
                    "problem": None,
                }
            ]
        },
    )
]
ORIGIN = [
    told(
        "A conflict",
        {
            "origin": "orders",
            "changes": [{"path": "max_workers", "kind": "conflict", "base": 4, "theirs": 8, "ours": 2}],
        },
    )
]
RULES = [told("Bounds", {"rules": {"max_workers": {"min": 1, "max": 16}}})]
_REVISION = {
    "number": 3,
    "hash": EXAMPLE_HASH,
    "message": "More workers",
    "author": "alice",
    "created_at": "2026-11-20T10:00:00Z",
    "current": True,
}
REVISIONS = [told("The latest", _REVISION)]
REVISION = [told("The latest", {**_REVISION, "for_launch": False, "spec": {"flow": "orders", "nodes": {"read": {}}}})]

_DOCUMENT = {"flow_id": "orders", "routines": {"read": {"class": "read_csv"}}}
_TEXT = "flow_id: orders\nroutines:\n  read:\n    class: read_csv\n"
_TAKES = [asked("A flow", _TEXT, YAML), asked("A flow", _DOCUMENT)]
PLAN = [*_TAKES, *IMPORT]
_UNKNOWN = "No routine is registered as 'read_cvs'. Registered, the closest first: read_csv."
_PROBLEM = {"path": "orders.routines.read.class", "code": "unknown-name", "message": _UNKNOWN, "level": "error"}
VERDICT = [*_TAKES, told("A name that is not known", {"valid": False, "problems": [_PROBLEM]})]
EXPORT = [told("A flow", _TEXT, media_type=YAML), told("A flow", _DOCUMENT)]
