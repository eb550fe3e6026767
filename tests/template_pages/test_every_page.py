"""What every page owes to its readers, to strangers, and to the database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from templates_app import services
from templates_app.models import FlowPrototype, Revision
from templates_app.pages.urls import urlpatterns
from tests.pages.reading import active, html

CSS = (Path(settings.BASE_DIR) / "templates_app/static/templates_app/pages.css").read_text()
PAGES = {
    "choose": "/templates/compare/",
    "compare": "/templates/compare/?a=orders@1&b=orders",
    "same": "/templates/compare/?a=orders@2&b=orders",
    "routines": "/templates/compare/?a=t_fetch&b=t_join",
    "revisions": "/templates/orders/revisions/",
    "revision": "/templates/orders/revisions/2/",
    "restore": "/templates/orders/revisions/1/restore/",
}
#: session, user and permissions included
QUERIES = {"choose": 5, "compare": 7, "same": 7, "routines": 7, "revisions": 6, "revision": 6}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture(params=list(PAGES.values()), ids=list(PAGES))
def page(request: pytest.FixtureRequest, as_bob: Client, orders: FlowPrototype) -> str:
    return html(as_bob, request.param)


def test_it_has_one_heading_one_main_and_a_title(page: str) -> None:
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert re.search(r"<title>[^<]+ – Routilux</title>", page)


def test_it_names_each_table_and_column(page: str) -> None:
    assert page.count("<table") == page.count("<caption")
    assert not re.findall(r"<th(?![a-z])(?![^>]*scope=)", page)


def test_it_uses_each_id_once_and_refers_to_what_is_there(page: str) -> None:
    ids = re.findall(r' id="([^"]+)"', page)
    asked = re.findall(r' (?:for|list|aria-labelledby|aria-describedby)="([^"]+)"', page)
    asked += re.findall(r' href="#([^"]+)"', page)

    assert len(ids) == len(set(ids))
    assert not {name for names in asked for name in names.split()} - set(ids)


def test_it_has_nothing_inline(page: str) -> None:
    assert active(page) == []


@pytest.mark.parametrize("name", QUERIES)
def test_it_asks_the_database_so_often(
    as_bob: Client, orders: FlowPrototype, name: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(QUERIES[name]):
        as_bob.get(PAGES[name])


def test_it_asks_no_more_for_many_nodes(as_bob: Client, orders: FlowPrototype, django_assert_num_queries: Any) -> None:
    nodes = {f"n{number}": {"routine": "t_fetch", "config": {"timeout": number}} for number in range(1, 60)}
    services.update_flow(orders, document={"nodes": nodes}, version=orders.version)

    with django_assert_num_queries(QUERIES["compare"]):
        as_bob.get(PAGES["compare"])


@pytest.mark.parametrize("name", [str(pattern.name) for pattern in urlpatterns])
def test_it_hides_everything_from_strangers(as_charlie: Client, orders: FlowPrototype, name: str) -> None:
    short = {"compare": [], "patch": [], "differences": [], "revisions": ["orders"]}
    address = reverse(f"templates:{name}", args=short.get(name, ["orders", 1]))

    assert as_charlie.get(address, {"a": "orders", "b": "orders@1"}).status_code == 404
    assert as_charlie.post(address).status_code == 404
    assert Client().get(address)["Location"].startswith("/login/?next=")


def test_it_hides_routines_from_who_may_only_see_flows(as_reader: Client, orders: FlowPrototype) -> None:
    services.create_routine("fetcher", base="t_fetch")

    assert as_reader.get("/templates/compare/", {"a": "fetcher", "b": "t_fetch"}).status_code == 404
    assert "fetcher" not in html(as_reader, "/templates/compare/")


def test_it_escapes_what_people_wrote(as_bob: Client, orders: FlowPrototype) -> None:
    document = {"nodes": {"read": {"routine": "t_fetch", "config": {"label": HOSTILE, "rates": {HOSTILE: 1}}}}}
    services.update_flow(orders, document=document, version=orders.version, message=HOSTILE)

    for address in (*PAGES.values(), "/templates/orders/revisions/3/", "/templates/compare/?a=orders&b=orders@1"):
        assert active(html(as_bob, address)) == []
    assert active(as_bob.get("/templates/compare/", {"a": HOSTILE, "b": HOSTILE}).content.decode()) == []


def test_it_is_kept_by_no_shared_cache(as_bob: Client, orders: FlowPrototype) -> None:
    for address in PAGES.values():
        assert as_bob.get(address)["Cache-Control"] == "private, no-cache"


def test_it_cuts_what_is_too_long_to_read(as_bob: Client, orders: FlowPrototype) -> None:
    nodes = {f"n{number}": {"routine": "t_fetch", "config": {"label": "x" * 1500}} for number in range(450)}
    services.update_flow(orders, document={"nodes": nodes}, version=orders.version)

    page = html(as_bob, "/templates/compare/", a="orders@1", b="orders")

    assert re.search(r"\d+ more differences are not shown here", page)
    assert Revision.objects.get(flow=orders, number=3).hash not in page


def test_it_styles_every_kind_of_change() -> None:
    for status in ("added", "removed", "changed", "renamed", "current"):
        assert f".change.{status}" in CSS
    assert len(CSS) < 12_000
