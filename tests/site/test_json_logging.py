from __future__ import annotations

import json
import logging
import sys
from typing import Any

from routilux_site.json_logging import JSONFormatter
from routilux_site.lib import request_id


def line(**extra: Any) -> dict[str, Any]:
    record = logging.getLogger("jobs").makeRecord("jobs", logging.INFO, "f.py", 1, "job %s", ("a",), None, extra=extra)
    found: dict[str, Any] = json.loads(JSONFormatter().format(record))
    return found


def test_it_writes_one_object_with_what_was_added() -> None:
    found = line(action="job_finished", job=object)
    assert (found["level"], found["logger"], found["message"]) == ("info", "jobs", "job a")
    assert (found["action"], found["job"]) == ("job_finished", "<class 'object'>")


def test_it_carries_the_request_id_only_within_a_request() -> None:
    token = request_id.current.set("r1")
    inside = line()
    request_id.current.reset(token)
    assert inside["request_id"] == "r1"
    assert "request_id" not in line()


def test_it_keeps_a_traceback_on_one_line() -> None:
    try:
        raise ValueError("no\nway")
    except ValueError:
        record = logging.makeLogRecord({"msg": "x", "exc_info": sys.exc_info()})
    text = JSONFormatter().format(record)
    assert "\n" not in text
    assert "ValueError: no\nway" in json.loads(text)["traceback"]
