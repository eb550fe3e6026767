from __future__ import annotations

from typing import Any

import pytest

from tests.routines.helpers import run_builtin

TABLE = {"key": "country", "table": {"DE": {"vat": 0.19}, "7": {"vat": 0.07}}}


def enriched(item: Any, config: dict[str, Any]) -> tuple[str, Any]:
    [(event, payload)] = run_builtin("enrich", [item], config)
    return event, payload["data"] if event == "enriched" else payload["reason"]


def test_it_adds_the_fields_of_its_table() -> None:
    assert enriched({"country": "DE"}, TABLE) == ("enriched", {"country": "DE", "vat": 0.19})
    assert enriched({"country": 7}, TABLE) == ("enriched", {"country": 7, "vat": 0.07})


def test_it_says_what_the_table_lacks() -> None:
    assert enriched({"country": "FR"}, TABLE) == ("unmatched", 'country: "FR" is not in the table.')
    assert enriched({"country": "FR"}, {**TABLE, "otherwise": {"vat": 0}})[1] == {"country": "FR", "vat": 0}


@pytest.mark.parametrize(
    ("computed", "expected"),
    [
        ({"op": "multiply", "of": ["q", "p"], "digits": 2}, 3.63),
        ({"op": "multiply", "of": ["q", 10]}, 30),
        ({"op": "add", "of": ["p", "p", "p"]}, 3.63),
        ({"op": "subtract", "of": ["q", 1, 1]}, 1),
        ({"op": "divide", "of": ["q", 2]}, 1.5),
        ({"op": "concat", "of": ["name", "q"], "separator": "-"}, "n-3"),
    ],
)
def test_it_computes(computed: dict[str, Any], expected: Any) -> None:
    _, data = enriched({"q": 3, "p": 1.21, "name": "n"}, {"computed": {"r": computed}})
    assert data["r"] == pytest.approx(expected) if isinstance(expected, float) else data["r"] == expected


@pytest.mark.parametrize(
    ("computed", "reason"),
    [
        ({"op": "add", "of": ["q", "nowhere"]}, "nowhere: missing."),
        ({"op": "add", "of": ["q", "name"]}, 'name: "n" is not a number.'),
        ({"op": "add", "of": ["q", "flag"]}, "flag: true is not a number."),
        ({"op": "divide", "of": ["q", 0]}, "divide: division by zero."),
    ],
)
def test_it_sends_away_what_it_cannot_compute(computed: dict[str, Any], reason: str) -> None:
    item = {"q": 3, "name": "n", "flag": True}
    assert enriched(item, {"computed": {"r": computed}}) == ("unmatched", reason)


def test_it_computes_with_what_it_added() -> None:
    tax = {"op": "multiply", "of": ["net", "vat"], "digits": 2}
    total = {"op": "add", "of": ["net", "tax"]}
    _, data = enriched({"country": "DE", "net": 100}, {**TABLE, "computed": {"tax": tax, "total": total}})
    assert (data["tax"], data["total"]) == (19.0, 119.0)
