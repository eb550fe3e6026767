"""The order pipeline on a real engine, compared row by row with what plain Python makes of the same CSV."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from jobs.errors import BadInput
from jobs.history import selectors
from jobs.models import DatasetRow, Job
from samples.load import load
from templates_app.models import FlowPrototype
from tests.engine import run_flow
from tests.samples.expected import Expected, expected

pytestmark = pytest.mark.usefixtures("engine")

AMOUNTS = ("net", "tax", "shipping", "gross")


def run(flow: str, **payload: str) -> Job:
    list(load())
    job = run_flow(FlowPrototype.objects.get(name=flow), **payload)
    assert job.status == "completed", job.error_summary
    return job


def rows(dataset: str) -> list[dict[str, Any]]:
    return list(DatasetRow.objects.filter(dataset=dataset).values_list("data", flat=True))


def cents(row: dict[str, Any]) -> dict[str, Decimal]:
    return {key: Decimal(str(row[key])) for key in AMOUNTS}


def check_orders(wanted: Expected) -> None:
    found = {row["order"]: row for row in rows("orders")}
    assert found.keys() == wanted.orders.keys()
    for number, order in wanted.orders.items():
        assert (found[number]["customer"], found[number]["service"]) == (order["customer"], order["service"])
        assert cents(found[number]) == {key: order[key] for key in AMOUNTS}


def check_customers(wanted: Expected) -> None:
    found = {row["customer"]: row for row in rows("orders-by-customer")}
    assert {name: (row["orders"], cents(row)) for name, row in found.items()} == {
        name: (row["orders"], {key: row[key] for key in AMOUNTS}) for name, row in wanted.customers().items()
    }


@pytest.mark.parametrize(("flow", "express_from"), [("orders", "200"), ("orders-express", "50")])
def test_it_is_right_to_the_row(flow: str, express_from: str) -> None:
    wanted = expected(express_from)
    run(flow, upload="orders.csv")
    check_orders(wanted)
    check_customers(wanted)
    assert sorted(row["row"] for row in rows("orders-bad-rows")) == wanted.bad


def test_it_reports_each_customer_and_the_total() -> None:
    customers = expected().customers()
    events = selectors.result(run("orders", upload="orders.csv")).events
    [report] = events["report.report"]
    assert [line[:20].strip() for line in report["lines"]] == ["customer", *sorted(customers), "Total"]
    assert cents(report["total"]) == {key: sum(row[key] for row in customers.values()) for key in AMOUNTS}
    assert report["total"]["orders"] == len(expected().orders)


def test_it_shows_the_amounts_of_a_customer() -> None:
    wanted = expected().customers()["Cedar Hotel"]
    [report] = selectors.result(run("orders", upload="orders.csv")).events["report.report"]
    [line] = [line for line in report["lines"] if line.startswith("Cedar Hotel")]
    assert line.split()[2:] == [str(wanted["orders"]), *(f"{wanted[key]:.2f}" for key in AMOUNTS)]


def test_it_gives_a_reason_for_each_bad_row() -> None:
    run("orders", upload="orders.csv")
    reasons = {row["row"]: row["reasons"] for row in rows("orders-bad-rows")}
    assert all(reasons.values())
    assert reasons[21] == ["order 1004 stands in row 4 already."]
    assert len(reasons[29]) == 3


def test_it_writes_the_same_rows_when_it_runs_again() -> None:
    run("orders", upload="orders.csv")
    before = rows("orders"), rows("orders-bad-rows")
    run("orders", upload="orders.csv")
    assert (rows("orders"), rows("orders-bad-rows")) == before


def test_it_accepts_the_csv_itself() -> None:
    text = "order,date,customer,region,sku,quantity\n1,2026-01-31,Ann,home,tea-cloth,2\n"
    run("orders", text=text)
    assert [(row["order"], row["gross"]) for row in rows("orders")] == [(1, 15.1)]


@pytest.mark.parametrize("payload", [{}, {"upload": "a", "text": "b"}, {"file": "a"}, {"upload": 7}])
def test_it_refuses_other_input(payload: dict[str, Any]) -> None:
    list(load())
    with pytest.raises(BadInput, match="input"):
        run_flow(FlowPrototype.objects.get(name="orders"), **payload)
