from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from tests.templates_app.pages import submit


def page(prototype: Prototype, verb: str) -> str:
    return reverse(f"admin:templates_app_{prototype.kind}prototype_{verb}", args=[prototype.pk])


def test_it_creates_a_variant_and_links_to_it(as_bob: Client, flow: FlowPrototype) -> None:
    overrides = '{"nodes": {"second": {"config": {"retries": 1}}}}'
    response = as_bob.post(page(flow, "variant"), {"name": "eu", "overrides": overrides}, follow=True)
    variant = FlowPrototype.objects.get(name="eu")
    assert (variant.parent_id, variant.description) == (flow.pk, "")
    assert f'<a href="{variant.get_absolute_url()}">eu</a>' in response.content.decode()


def test_it_duplicates_with_its_words(as_bob: Client, fetcher: RoutinePrototype) -> None:
    RoutinePrototype.objects.filter(pk=fetcher.pk).update(description="Fetches.", tags=["net"])
    submit(as_bob, page(fetcher, "duplicate"), name="copy")
    copy = RoutinePrototype.objects.get(name="copy")
    assert (copy.description, copy.tags, copy.own) == ("Fetches.", ["net"], fetcher.own)


def test_it_shows_the_values_of_the_original(as_bob: Client, flow: FlowPrototype) -> None:
    text = as_bob.get(page(flow, "variant")).content.decode()
    assert "&quot;timeout&quot;: 60" in text


@pytest.mark.parametrize(
    ("name", "overrides", "message"),
    [
        ("orders", "{}", "is taken by a flow"),
        ("", "{}", "This field is required."),
        ("a b", "{}", "is not accepted as a name"),
        ("eu", "[]", "an object"),
        ("eu", '{"nodes": {"gone": {"timeout": 1}}}', "nodes.gone: &#x27;eu&#x27; overrides this node"),
        ("eu", '{"nodes": {"first": {"config": {"timeout": 0}}}}', "nodes.first.config.timeout: 0 is not accepted"),
        ("eu", '{"connections": []}', "connections: Unknown field"),
    ],
)
def test_it_tells_what_is_wrong_and_makes_nothing(
    as_bob: Client, flow: FlowPrototype, name: str, overrides: str, message: str
) -> None:
    response = as_bob.post(page(flow, "variant"), {"name": name, "overrides": overrides})
    assert response.status_code == 200
    assert message in response.content.decode()
    assert FlowPrototype.objects.count() == 1


@pytest.mark.parametrize(("action", "verb"), [("create_variant", "variant"), ("duplicate", "duplicate")])
def test_it_goes_from_the_list_to_the_form(as_bob: Client, flow: FlowPrototype, action: str, verb: str) -> None:
    changelist = reverse("admin:templates_app_flowprototype_changelist")
    response = as_bob.post(changelist, {"action": action, "_selected_action": [flow.pk]})
    assert response["Location"] == page(flow, verb)


def test_it_asks_for_exactly_one(as_bob: Client, flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    changelist = reverse("admin:templates_app_routineprototype_changelist")
    chosen = list(RoutinePrototype.objects.values_list("pk", flat=True)[:2])
    response = as_bob.post(changelist, {"action": "duplicate", "_selected_action": chosen}, follow=True)
    assert "Select exactly one" in response.content.decode()


def test_it_archives_from_the_list_and_tells_each_failure(
    as_bob: Client, flow: FlowPrototype, fetcher: RoutinePrototype
) -> None:
    changelist = reverse("admin:templates_app_routineprototype_changelist")
    response = as_bob.post(changelist, {"action": "archive", "_selected_action": [fetcher.pk]}, follow=True)
    assert "‘fetcher’ is in use by orders" in response.content.decode()


def test_it_archives_after_asking_and_brings_back(as_bob: Client, flow: FlowPrototype) -> None:
    address = page(flow, "archive")
    assert "it can no longer be used" in as_bob.get(address).content.decode().lower()
    as_bob.post(address)
    flow.refresh_from_db()
    assert flow.is_archived
    as_bob.post(address)
    flow.refresh_from_db()
    assert not flow.is_archived


def test_it_needs_the_permission(as_alice: Client, alice: User, flow: FlowPrototype) -> None:
    allowed = ["view_flowprototype", "change_flowprototype"]
    alice.user_permissions.set(Permission.objects.filter(codename__in=allowed))
    for verb in ("variant", "duplicate", "archive"):
        assert as_alice.get(page(flow, verb)).status_code == 403
        assert as_alice.post(page(flow, verb), {"name": "x"}).status_code == 403
    assert as_alice.get(flow.get_absolute_url()).status_code == 200


def test_it_knows_nothing_of_what_is_not_there(as_bob: Client, flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    for pk in (0, 10**30, fetcher.pk):
        assert as_bob.get(reverse("admin:templates_app_flowprototype_variant", args=[pk])).status_code == 404
    assert as_bob.get(reverse("admin:templates_app_flowprototype_node", args=[flow.pk, "gone"])).status_code == 404


def test_it_lists_and_searches(as_bob: Client, flow: FlowPrototype) -> None:
    for kind in ("flow", "routine"):
        changelist = reverse(f"admin:templates_app_{kind}prototype_changelist")
        for query in ("", "?q=ord", "?state=archived", "?state=invalid", "?state=valid", "?state=all", "?parent=1"):
            assert as_bob.get(changelist + query).status_code == 200
