"""How often each page and each GET of the API asks the database: pinned in one file, and no rise gets past it.

`python -m tests.routes.counts` renews the file; look at what changed in it.
"""

from __future__ import annotations

import pytest

from tests.routes.conf import Route
from tests.routes.counts import COUNTS, count, pinned
from tests.routes.places import NAMES, PLACES, name_of

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("routes"), pytest.mark.usefixtures("world")]


@pytest.mark.parametrize(("route", "variant"), PLACES, ids=NAMES)
def test_it_asks_no_more_than_is_pinned(route: Route, variant: str) -> None:
    name = name_of(route, variant)
    most = pinned().get(name)

    assert most is not None, f"{name} is not in {COUNTS.name}: run python -m tests.routes.counts."
    assert count(route, variant) <= most, f"If the rise is meant, run python -m tests.routes.counts for {COUNTS.name}."


def test_it_pins_only_what_there_is() -> None:
    assert set(pinned()) <= set(NAMES), "Run python -m tests.routes.counts."


def test_it_keeps_the_budgets() -> None:
    counts = pinned()
    assert max(count for name, count in counts.items() if name.split()[0] == "jobs:list") <= 6
    assert max(count for name, count in counts.items() if name.startswith("jobs:detail ")) <= 9
    assert max(count for name, count in counts.items() if name.startswith("api:job ")) <= 8
