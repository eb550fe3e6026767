"""The convention that lets built-ins follow one another in any order.

A record travels in an envelope: `{"data": <record>, ...}`. What stands beside `data`, such as the row number of a file,
is carried along. An item without the key `data`, such as the input of a job, is a record by itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Record(NamedTuple):
    data: Any
    carried: dict[str, Any]

    def payload(self, data: Any, **more: Any) -> dict[str, Any]:
        """The envelope to emit: the new data, what was carried, and what this step adds."""
        return {**self.carried, **more, "data": data}


def record(item: Any) -> Record:
    if isinstance(item, dict) and "data" in item:
        carried = dict(item)
        return Record(carried.pop("data"), carried)
    return Record(item, {})


def as_object(data: Any) -> dict[str, Any]:
    """Whatever a record is, as an object: what is none becomes `{"value": ...}`."""
    return data if isinstance(data, dict) else {"value": data}
