"""`/templates/compare/`: any two templates, by an address that can be sent to others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype, Revision
from tests.diff.applying import applied
from tests.pages.reading import html, text

COMPARE = "/templates/compare/"


def test_it_says_what_changed(as_bob: Client, orders: FlowPrototype) -> None:
    page = text(html(as_bob, COMPARE, a="orders@1", b="orders"))

    assert "1 node added, 1 node renamed, 1 connection added, 1 setting changed." in page
    assert "Node ‘send’ is called ‘post’ now." in page
    assert "config.timeout" in page


def test_it_shows_both_flows_in_one_picture(as_bob: Client, orders: FlowPrototype) -> None:
    page = html(as_bob, COMPARE, a="orders", b="orders@1")

    assert page.count('class="fg-node removed"') == 1
    assert page.count("fg-edge-removed") == 1
    assert 'href="#node-read"' in page


def test_it_folds_what_is_the_same(as_bob: Client, orders: FlowPrototype) -> None:
    services.update_flow(orders, document={**_document(orders), "settings": {"max_workers": 2}}, version=orders.version)

    assert "3 unchanged nodes" in text(html(as_bob, COMPARE, a="orders@2", b="orders@3"))


def test_it_says_when_both_mean_the_same(as_bob: Client, orders: FlowPrototype) -> None:
    page = text(html(as_bob, COMPARE, a="orders@2", b="orders"))

    assert "Both mean exactly the same" in page
    assert Revision.objects.get(flow=orders, number=2).hash in page


def test_it_compares_a_variant_with_its_parent(as_bob: Client, orders: FlowPrototype) -> None:
    services.create_variant(orders, name="fast", overrides={"nodes": {"read": {"timeout": 5}}})

    assert "1 setting changed." in text(html(as_bob, COMPARE, a="orders", b="fast"))


def test_it_compares_routines(as_bob: Client, db: None) -> None:
    services.create_routine("fetcher", base="t_fetch", own={"config": {"timeout": 60}})

    page = text(html(as_bob, COMPARE, a="t_fetch", b="fetcher"))

    assert "class of the catalog" in page
    assert "Settings of the routine" in page


def test_it_takes_the_id_of_a_revision(as_bob: Client, orders: FlowPrototype) -> None:
    ref = f"revision:{Revision.objects.get(flow=orders, number=1).pk}"

    assert "orders #1" in text(html(as_bob, COMPARE, a=ref, b="orders"))


REFUSED = [
    ("orders@9", "There is no revision 9 of a flow"),
    ("nope", "There is no template 'nope'."),
    ("revision:999999999", "There is no revision with the id 999999999."),
    ("<script>", "names nothing that can be compared"),
    ("orders\0", "names nothing that can be compared"),
    ("t_fetch", "A flow and a routine have nothing to compare"),
]


@pytest.mark.parametrize(("ref", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_it_says_why_there_is_nothing_to_compare(as_bob: Client, orders: FlowPrototype, ref: str, reason: str) -> None:
    response = as_bob.get(COMPARE, {"a": "orders", "b": ref})

    assert response.status_code == 404
    assert reason in text(response.content.decode())


def test_it_says_why_a_flow_means_nothing(as_bob: Client, orders: FlowPrototype) -> None:
    FlowPrototype.objects.filter(pk=orders.pk).update(head=None, problems=[{"path": "nodes.x", "message": "Gone."}])

    response = as_bob.get(COMPARE, {"a": "orders@1", "b": "orders"})

    assert "orders is invalid as it stands, so there is nothing to compare. nodes.x: Gone." in text(
        response.content.decode()
    )


def test_it_asks_for_two_names(as_bob: Client, orders: FlowPrototype) -> None:
    page = html(as_bob, COMPARE, a="orders")

    assert 'value="orders"' in page
    assert "What differs" not in page


def test_it_hands_out_the_patch(as_bob: Client, orders: FlowPrototype) -> None:
    patch = as_bob.get("/templates/compare/patch.json", {"a": "orders@1", "b": "orders@2"})
    first, second = (_revision(as_bob, number) for number in (1, 2))

    assert patch["Content-Type"] == "application/json-patch+json"
    assert applied(first, patch.json()) == second


def test_it_hands_out_the_differences(as_bob: Client, orders: FlowPrototype) -> None:
    said = as_bob.get("/templates/compare/differences.json", {"a": "orders@1", "b": "orders@2"}).json()

    assert (said["a"], said["b"]) == ("orders@1", "orders@2")
    assert {row["pointer"] for row in said["differences"]} >= {"/nodes/read/config/timeout", "/nodes/post"}


@pytest.mark.parametrize("file", ["patch", "differences"])
def test_it_hands_out_nothing_where_nothing_is(as_bob: Client, orders: FlowPrototype, file: str) -> None:
    assert as_bob.get(f"/templates/compare/{file}.json", {"a": "orders", "b": "nope"}).status_code == 404
    assert as_bob.get(f"/templates/compare/{file}.json").status_code == 404


def _document(flow: FlowPrototype) -> dict[str, Any]:
    from templates_app.wiring import document_of

    return document_of(flow)


def _revision(client: Client, number: int) -> Any:
    return json.loads(client.get(f"/templates/orders/revisions/{number}.json").content)
