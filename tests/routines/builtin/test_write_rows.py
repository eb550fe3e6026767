from __future__ import annotations

from typing import Any

import pytest

from templates_app import catalog
from templates_app.routines.errors import DataError
from tests.routines.helpers import FakeServices, run_builtin


def test_it_writes_its_records_in_one_call() -> None:
    services = FakeServices()
    items = [{"id": 1}, {"data": {"id": 2}, "row": 7}]
    emissions = run_builtin("write_rows", items, {"dataset": "orders", "key": "id"}, services=services)
    assert services.written == [("orders", [{"id": 1}, {"id": 2}], "id")]
    assert emissions == [("written", {"dataset": "orders", "count": 2})]


def test_it_includes_what_travels_beside_the_record() -> None:
    services = FakeServices()
    run_builtin("write_rows", [{"data": "x", "row": 7, "error": "e"}], {"include": ["row", "none"]}, services=services)
    assert services.written[0][1] == [{"value": "x", "row": 7}]


@pytest.mark.parametrize("item", [{}, {"id": None}, {"id": [1]}])
def test_it_refuses_a_record_without_a_key(item: Any) -> None:
    services = FakeServices()
    with pytest.raises(DataError, match="no text or number at id"):
        run_builtin("write_rows", [item], {"key": "id"}, services=services)
    assert services.written == []


def test_it_runs_in_the_transaction_of_its_step() -> None:
    assert catalog.get("write_rows").cls.atomic
