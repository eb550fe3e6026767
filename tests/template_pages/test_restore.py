"""An old revision comes back by a save, after a look at what that would do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype
from tests.pages.reading import html, text
from tests.templates_app.pages import submit

RESTORE = "/templates/orders/revisions/1/restore/"


def test_it_shows_what_would_change(as_bob: Client, orders: FlowPrototype) -> None:
    page = text(html(as_bob, RESTORE))

    assert "1 node removed, 1 node renamed, 1 connection removed, 1 setting changed." in page
    assert "No unfinished job is pinned to what changes." in page


def test_it_changes_nothing_by_looking(as_bob: Client, orders: FlowPrototype) -> None:
    html(as_bob, RESTORE)

    assert _head(orders).number == 2
    assert FlowPrototype.objects.get(pk=orders.pk).version == orders.version


def test_it_tells_which_variants_change_along(as_bob: Client, orders: FlowPrototype) -> None:
    services.create_variant(orders, name="fast", overrides={"settings": {"max_workers": 3}})

    assert "Variant fast changes with it." in text(html(as_bob, RESTORE))


def test_it_restores(as_bob: Client, orders: FlowPrototype, bob: User) -> None:
    response = submit(as_bob, RESTORE, message="Back to what worked")

    assert response["Location"] == "/templates/orders/revisions/"
    assert _head(orders).number == 1
    assert "orders means revision 1 again." in html(as_bob, "/templates/orders/revisions/")


def test_it_does_not_overwrite_what_somebody_else_saved(as_bob: Client, orders: FlowPrototype) -> None:
    response = submit(as_bob, RESTORE, version="1", message="My words")

    assert response.status_code == 409
    assert "It was not restored." in text(response.content.decode())
    assert 'value="My words"' in response.content.decode()


def test_it_says_why_it_cannot_be_restored(as_bob: Client, orders: FlowPrototype) -> None:
    fast = services.create_variant(orders, name="fast", overrides={"settings": {"max_workers": 3}})
    services.update_flow(orders, document=_plain(), version=orders.version)
    assert fast.revisions.count() == 2

    page = text(html(as_bob, "/templates/fast/revisions/1/restore/"))

    assert "It cannot be restored." in page
    assert "Leave it as it is" not in page


def test_it_is_for_editors(as_reader: Client, orders: FlowPrototype) -> None:
    assert as_reader.get(RESTORE).status_code == 404
    assert as_reader.post(RESTORE, {"version": orders.version}).status_code == 404
    assert "Restore" not in html(as_reader, "/templates/orders/revisions/")


def test_it_is_not_offered_for_the_current_one(as_bob: Client, orders: FlowPrototype) -> None:
    assert "/revisions/2/restore/" not in html(as_bob, "/templates/orders/revisions/")
    assert "restore/" not in html(as_bob, "/templates/orders/revisions/2/")


def test_it_says_that_the_current_one_is_current(as_bob: Client, orders: FlowPrototype) -> None:
    response = as_bob.get("/templates/orders/revisions/2/restore/", follow=True)

    assert "orders means revision 2 already." in text(response.content.decode())


def test_it_wants_a_version(as_bob: Client, orders: FlowPrototype) -> None:
    assert "This field is required." in as_bob.post(RESTORE, {}).content.decode()
    assert _head(orders).number == 2


def _head(flow: FlowPrototype) -> Any:
    return FlowPrototype.objects.select_related("head").get(pk=flow.pk).head


def _plain() -> dict[str, Any]:
    return {"nodes": {"only": {"routine": "t_fetch"}}, "connections": [], "settings": {}}
