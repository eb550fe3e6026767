"""What the order pipeline should come to, worked out from the CSV with nothing but the standard library."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from samples.load import HERE

PRICES = {"cotton-towel": "7.5", "linen-apron": "18.9", "tea-cloth": "4.25", "velvet-curtain": "129"}
PRICES |= {"wool-blanket": "54.95"}
TAX = {"home": "0.2", "islands": "0.1", "overseas": "0"}
CENT = Decimal("0.01")


@dataclass
class Expected:
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    bad: list[int] = field(default_factory=list)  #: row numbers, from 1, without the header

    def customers(self) -> dict[str, dict[str, Any]]:
        totals: dict[str, dict[str, Any]] = {}
        for order in self.orders.values():
            row = totals.setdefault(order["customer"], dict.fromkeys(("orders", "net", "tax", "shipping", "gross"), 0))
            row["orders"] += 1
            for key in ("net", "tax", "shipping", "gross"):
                row[key] += order[key]
        return totals


def expected(express_from: str = "200") -> Expected:
    found = Expected()
    text = (HERE / "orders" / "orders.csv").read_text(encoding="utf-8")
    lines = text.splitlines()[1:]
    for number, line in enumerate(lines, start=1):
        order = None if '" ' in line else _order(next(csv.reader([line])), Decimal(express_from))
        if order is None or order["order"] in found.orders:
            found.bad.append(number)
        else:
            found.orders[order["order"]] = order
    return found


def _order(fields: list[str], express_from: Decimal) -> dict[str, Any] | None:
    if len(fields) != 6:
        return None
    order, day, customer, region, sku, quantity = fields
    good = order and customer and region in TAX and sku in PRICES and quantity.isdigit() and int(quantity) > 0
    if not good or not _is_date(day):
        return None
    net = (int(quantity) * Decimal(PRICES[sku])).quantize(CENT)
    tax = (net * Decimal(TAX[region])).quantize(CENT)
    express = net >= express_from
    fee = Decimal(0) if net >= 250 else Decimal("14.9" if express else "4.9")
    amounts = {"net": net, "tax": tax, "shipping": fee, "gross": net + tax + fee}
    return {"order": int(order), "customer": customer, "service": "express" if express else "standard", **amounts}


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
