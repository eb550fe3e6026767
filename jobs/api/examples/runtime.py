"""Examples of who works."""

from __future__ import annotations

from jobs.api.examples.saying import ID, told

_CLUSTER = {
    "id": "0f6c1b9c5a6f4f31a5a1e7b2c3d4e5f6",
    "host": "worker-1",
    "pid": 4711,
    "workers": 4,
    "restarts": 0,
    "last_restart_reason": "start",
    "started_at": "2026-11-23T04:00:00Z",
    "heartbeat_at": "2026-11-23T04:20:00Z",
}

RUNTIME = told(
    "At work",
    {
        "live_sessions": 2,
        "supervisors": 1,
        "oldest_runnable_seconds": 0.02,
        "lanes": 20,
        "busy_lanes": 7,
        "oldest_snapshot_seconds": 0.4,
        "tables": [{"table": "jobs_job", "live": 120000, "dead": 310}],
        "clusters": [_CLUSTER],
    },
)

SESSION = told(
    "A live one",
    {
        "id": ID,
        "cluster": _CLUSTER["id"],
        "host": "worker-1",
        "pid": 4713,
        "lanes": 10,
        "started_at": "2026-11-23T04:20:00Z",
        "heartbeat_at": "2026-11-23T04:20:03Z",
        "ended_at": None,
        "outcome": "",
    },
)
