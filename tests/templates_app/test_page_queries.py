"""Pages take as many queries for fifty nodes as for five."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from templates_app.models import FlowPrototype
from tests.templates_app.pages import fields_of, shown
from tests.templates_app.test_query_counts import SIZES, world


def queries_of(client: Client, address: str, **posted: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.post(address, posted) if posted else client.get(address)
    assert response.status_code == (302 if posted else 200)
    return len(queries)


def address_of(name: str, page: str = "change") -> str:
    return reverse(f"admin:templates_app_flowprototype_{page}", args=[FlowPrototype.objects.get(name=name).pk])


@SIZES
def test_it_shows_a_flow(as_bob: Client, nodes: int, variants: int, depth: int) -> None:
    world(nodes, variants, depth)
    as_bob.get(address_of("f"))  # content types are cached from the first page on
    assert queries_of(as_bob, address_of("f")) == 38


@SIZES
def test_it_saves_a_flow_after_showing_what_that_reaches(as_bob: Client, nodes: int, variants: int, depth: int) -> None:
    world(nodes, variants, depth)
    fields = {**shown(as_bob, address_of("f")), "max_workers": "3"}
    with CaptureQueriesContext(connection) as queries:
        held = as_bob.post(address_of("f"), fields)
    assert (held.status_code, len(queries)) == (200, 99)
    assert queries_of(as_bob, address_of("f"), **fields_of(held)) == 83


@SIZES
def test_it_checks_what_stands_in_a_form(as_bob: Client, nodes: int, variants: int, depth: int) -> None:
    world(nodes, variants, depth)
    fields = {**shown(as_bob, address_of("f")), "max_workers": "3", "_preview": "1"}
    with CaptureQueriesContext(connection) as queries:
        as_bob.post(address_of("f"), fields)
    assert len(queries) == 98


@SIZES
def test_it_saves_a_flow_that_nothing_depends_on(as_bob: Client, nodes: int, variants: int, depth: int) -> None:
    world(nodes, variants, depth)
    fields = {**shown(as_bob, address_of("v0")), "max_workers": "3"}
    assert queries_of(as_bob, address_of("v0"), **fields) == 36


@pytest.mark.parametrize(("page", "most"), [("fields", 9), ("promote", 9), ("rule", 5), ("detach", 37)])
@SIZES
def test_it_shows_the_page_of_a_verb(
    as_bob: Client, nodes: int, variants: int, depth: int, page: str, most: int
) -> None:
    world(nodes, variants, depth)
    as_bob.get(address_of("v0"))
    assert queries_of(as_bob, address_of("v0", page)) == most


@SIZES
def test_it_lists_flows(as_bob: Client, nodes: int, variants: int, depth: int) -> None:
    world(nodes, variants, depth)
    as_bob.get(address_of("f"))
    assert queries_of(as_bob, reverse("admin:templates_app_flowprototype_changelist")) == 6
