"""Examples of schedules."""

from __future__ import annotations

from jobs.api.examples.jobs import ACCEPTED
from jobs.api.examples.saying import ID, NOTHING, asked, told

SCHEDULE = [
    *asked(
        "On working days at half past six",
        {
            "name": "orders-daily",
            "flow": "orders",
            "input": {"upload": "orders.csv"},
            "cron": "30 6 * * 1-5",
            "time_zone": "Europe/Berlin",
        },
    ),
    *asked(
        "Every ten seconds, one after the other",
        {"name": "poll", "flow": "poll-bank", "input": {}, "interval_seconds": 10, "overlap": "queue"},
    ),
]

_SCHEDULE = {
    "id": 4,
    "name": "orders-daily",
    "flow": "orders",
    "input": {"upload": "orders.csv"},
    "entry": "",
    "overrides": {},
    "priority": 0,
    "cron": "30 6 * * 1-5",
    "interval_seconds": None,
    "time_zone": "Europe/Berlin",
    "overlap": "skip",
    "catch_up": "one",
    "catch_up_limit": 100,
    "enabled": True,
    "archived_at": None,
    "owner": "bob",
    "next_slots": ["2026-11-24T05:30:00Z", "2026-11-25T05:30:00Z"],
    "last_slot_at": "2026-11-23T05:30:00Z",
    "last_job": f"https://routilux.example/api/v1/jobs/{ID}",
    "problem": "",
    "version": 2,
    "link": "https://routilux.example/api/v1/schedules/4",
}

SCHEDULES = told("On working days", _SCHEDULE)

MAKE_SCHEDULE = [*SCHEDULE, *told("Made", _SCHEDULE, 201)]

CHANGE_SCHEDULE = [*asked("An hour later", {"cron": "30 7 * * 1-5"}), *told("Changed", _SCHEDULE)]

STEER_SCHEDULE = [*asked("With a reason", {"reason": "The shop is closed"}), *SCHEDULES]

RUN_SCHEDULE = [*NOTHING, *told("Accepted", ACCEPTED, 202)]
