from __future__ import annotations

from typing import Any

from tests.routines.helpers import FakeServices, run_builtin

ORDERS = "customer,country,quantity,price\nAnn,DE,2,1.10\nBen,FR,x,3\nAnn,DE,1,5\nBen,DE\nCyd,US,1,9\n"
FIELDS = {"customer": {"type": "string"}, "quantity": {"type": "integer", "min": 1}, "price": {"type": "number"}}
NET = {"op": "multiply", "of": ["quantity", "price"], "digits": 2}
EUROPE = {"name": "europe", "when": {"path": "country", "op": "in", "value": ["DE", "FR"]}}
TOTAL = {"op": "sum", "path": "net", "digits": 2}


def taken(emissions: list[Any], event: str) -> list[Any]:
    return [payload for name, payload in emissions if name == event]


def test_it_takes_orders_from_text_to_totals() -> None:
    read = run_builtin("read_csv", [{"text": ORDERS}])
    checked = run_builtin("validator", taken(read, "row"), {"fields": FIELDS})
    enriched = run_builtin("enrich", taken(checked, "valid"), {"computed": {"net": NET}})
    routed = run_builtin("conditional_router", taken(enriched, "enriched"), {"routes": [EUROPE]})
    config = {"group_by": "customer", "aggregates": {"total": TOTAL}}
    [total] = taken(run_builtin("aggregator", taken(routed, "europe"), config), "aggregated")
    assert total == {"data": {"customer": "Ann", "total": 7.2}, "count": 2}
    assert [payload["row"] for payload in taken(routed, "output")] == [5]


def test_it_writes_bad_rows_with_their_reasons() -> None:
    services = FakeServices()
    read = run_builtin("read_csv", [{"text": ORDERS}])
    checked = run_builtin("validator", taken(read, "row"), {"fields": FIELDS})
    bad = taken(read, "bad_row") + taken(checked, "invalid")
    run_builtin("write_rows", bad, {"dataset": "bad", "include": ["row", "error", "errors"]}, services=services)
    [(_, [short, wrong], _)] = services.written
    assert (short["row"], short["text"], short["error"]) == (4, "Ben,DE", "2 fields where 4 are expected.")
    assert (wrong["row"], wrong["errors"][0]["message"]) == (2, '"x" is not a whole number.')
