"""Pages take as many queries for fifty nodes as for five."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from templates_app.models import FlowPrototype
from tests.templates_app.pages import shown
from tests.templates_app.test_query_counts import SIZES, world


def queries_of(client: Client, address: str, **posted: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.post(address, posted) if posted else client.get(address)
    assert response.status_code == (302 if posted else 200)
    return len(queries)


@SIZES
def test_it_shows_a_flow(as_bob: Client, nodes: int, variants: int, depth: int) -> None:
    world(nodes, variants, depth)
    address = FlowPrototype.objects.get(name="f").get_absolute_url()
    as_bob.get(address)  # content types are cached from the first page on
    assert queries_of(as_bob, address) == 28


@SIZES
def test_it_saves_a_flow(as_bob: Client, nodes: int, variants: int, depth: int) -> None:
    world(nodes, variants, depth)
    address = FlowPrototype.objects.get(name="f").get_absolute_url()
    fields = {**shown(as_bob, address), "max_workers": "3"}
    assert queries_of(as_bob, address, **fields) == 43
