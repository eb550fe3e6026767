"""`/templates/{name}/revisions/`: what a flow meant, when, and who changed it."""

from __future__ import annotations

import hashlib

from django.contrib.auth.models import User
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype, Revision
from templates_app.pages.reads import SIZE
from tests.pages.reading import html, text

LIST = "/templates/orders/revisions/"


def test_it_lists_revisions_newest_first(as_bob: Client, orders: FlowPrototype) -> None:
    page = text(html(as_bob, LIST))

    assert page.index("#2") < page.index("#1")
    assert "Post and log" in page
    assert "1 node added, 1 node renamed, 1 connection added, 1 setting changed" in page


def test_it_marks_the_current_one(as_bob: Client, orders: FlowPrototype) -> None:
    page = html(as_bob, LIST)

    assert page.count('class="change current"') == 1
    assert "?a=orders%401&amp;b=orders" in page


def test_it_offers_any_two(as_bob: Client, orders: FlowPrototype) -> None:
    page = html(as_bob, LIST)

    assert page.count('name="a" value="orders@') == 2
    assert page.count("checked") == 2


def test_it_goes_on_to_older_ones(as_bob: Client, orders: FlowPrototype) -> None:
    _fill(orders, SIZE + 3)
    first = as_bob.get(LIST)

    second = as_bob.get(LIST, {"cursor": first.context["next"]})

    assert [line.revision.number for line in second.context["lines"]] == [5, 4, 3, 2, 1]
    assert first.context["lines"][-1].change == "1 setting changed"
    assert as_bob.get(LIST, {"cursor": "nonsense"}).status_code == 404


def test_it_leaves_out_what_only_a_launch_asked_for(as_bob: Client, orders: FlowPrototype) -> None:
    Revision.objects.create(flow=orders, number=3, canonical="{}", hash="x", for_launch=True)

    assert "#3" not in html(as_bob, LIST)


def test_it_shows_one_revision(as_bob: Client, orders: FlowPrototype) -> None:
    page = text(html(as_bob, f"{LIST}2/"))

    assert "What changed since revision 1" in page
    assert Revision.objects.get(flow=orders, number=2).hash in page
    assert "Post and log" in page


def test_it_shows_the_first_revision(as_bob: Client, orders: FlowPrototype) -> None:
    page = html(as_bob, f"{LIST}1/")

    assert "There is none before it to compare with." in page
    assert "Compare with current" in page


def test_it_hands_out_the_bytes_that_were_hashed(as_bob: Client, orders: FlowPrototype) -> None:
    said = as_bob.get(f"{LIST}2.json").content

    assert hashlib.sha256(said).hexdigest() == Revision.objects.get(flow=orders, number=2).hash


def test_it_knows_no_other_revision(as_bob: Client, orders: FlowPrototype) -> None:
    assert as_bob.get(f"{LIST}99/").status_code == 404
    assert as_bob.get(f"{LIST}{10**30}/").status_code == 404
    assert as_bob.get("/templates/nope/revisions/").status_code == 404


def test_it_leads_from_a_variant_to_its_parent(as_bob: Client, orders: FlowPrototype, bob: User) -> None:
    services.create_variant(orders, name="fast", overrides={"settings": {"max_workers": 3}}, actor=bob)

    assert "Compare with orders" in html(as_bob, "/templates/fast/revisions/")


def _fill(flow: FlowPrototype, count: int) -> None:
    last = Revision.objects.get(flow=flow, number=2)
    for number in range(3, count + 3):
        canonical = last.canonical.replace('"max_workers":null', f'"max_workers":{number}')
        Revision.objects.create(flow=flow, number=number, canonical=canonical, hash=str(number))
