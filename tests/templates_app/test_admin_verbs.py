"""Each verb has a page: it asks, shows what it would reach, does it, and leads to the result."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from templates_app import services
from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from tests.templates_app.pages import fields_of, shown

CHANGES = ["promote", "detach", "reset", "rebase", "rule"]


@pytest.fixture
def variant(flow: FlowPrototype) -> FlowPrototype:
    overrides = {"settings": {"max_workers": 2}, "nodes": {"second": {"config": {"timeout": 7}}}}
    return services.create_variant(flow, name="eu", overrides=overrides)


def page(prototype: Prototype, verb: str, query: str = "") -> str:
    return reverse(f"admin:templates_app_{prototype.kind}prototype_{verb}", args=[prototype.pk]) + query


def do(client: Client, address: str, **said: Any) -> Any:
    """Ask for the preview, then confirm it; returns the answer to both."""
    previewed = client.post(address, {**shown(client, address), **said})
    assert "Nothing is saved yet." in previewed.content.decode()
    return previewed, client.post(address, {**fields_of(previewed), **said}, follow=True)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_it_promotes_what_was_chosen(as_bob: Client, flow: FlowPrototype, variant: FlowPrototype) -> None:
    previewed, done = do(as_bob, page(variant, "promote"), paths=["max_workers"], message="good for all")
    assert "max_workers" in text(previewed).partition("Flows that change")[2]
    assert f'Promoted to <a href="{flow.get_absolute_url()}">orders</a>' in text(done)
    variant.refresh_from_db()
    flow.refresh_from_db()
    assert (variant.own, flow.own) == ({"nodes": {"second": {"config": {"timeout": 7}}}}, {"max_workers": 2})


def test_it_asks_what_to_promote(as_bob: Client, variant: FlowPrototype) -> None:
    answer = as_bob.post(page(variant, "promote"), shown(as_bob, page(variant, "promote")))
    assert "Choose what shall move to the parent." in text(answer)


def test_it_detaches_after_showing_that_nothing_moves(as_bob: Client, variant: FlowPrototype) -> None:
    assert "No flow means anything else by it" in text(as_bob.get(page(variant, "detach")))
    done = as_bob.post(page(variant, "detach"), shown(as_bob, page(variant, "detach")), follow=True)
    assert "is independent now" in text(done)
    variant.refresh_from_db()
    assert (variant.parent_id, variant.origin_id is None) == (None, False)


def test_it_resets_a_field(as_bob: Client, variant: FlowPrototype) -> None:
    address = page(variant, "reset", "?path=nodes.second.config.timeout")
    assert as_bob.post(address, shown(as_bob, address)).status_code == 302
    variant.refresh_from_db()
    assert variant.own == {"max_workers": 2}


def test_it_tells_what_could_be_reset_instead(as_bob: Client, variant: FlowPrototype) -> None:
    assert "does not set this itself" in text(as_bob.get(page(variant, "reset", "?path=timeout")))


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"kind": "locked"}, {"locked": True}),
        ({"kind": "bounds", "least": "1", "most": "90.5"}, {"min": 1, "max": 90.5}),
        ({"kind": "one_of", "one_of": "[60, 90]"}, {"one_of": [60, 90]}),
    ],
)
def test_it_sets_a_rule(
    as_bob: Client, fetcher: RoutinePrototype, flow: FlowPrototype, said: dict[str, str], rule: dict[str, Any]
) -> None:
    do(as_bob, page(fetcher, "rule", "?path=config.timeout"), **said)
    fetcher.refresh_from_db()
    assert fetcher.rules == {"config.timeout": rule}
    start = shown(as_bob, page(fetcher, "rule", "?path=config.timeout"))
    assert (start["path"], start["kind"]) == ("config.timeout", said["kind"])


def test_it_frees_a_field(as_bob: Client, fetcher: RoutinePrototype) -> None:
    services.set_rule(fetcher, path="config.timeout", rule={"locked": True})
    do(as_bob, page(fetcher, "rule", "?path=config.timeout"), kind="free")
    fetcher.refresh_from_db()
    assert fetcher.rules == {}


def test_it_shows_whom_a_lock_makes_invalid(as_bob: Client, fetcher: RoutinePrototype, flow: FlowPrototype) -> None:
    previewed, _ = do(as_bob, page(fetcher, "rule", "?path=config.retries"), kind="locked")
    assert "Become invalid" in text(previewed)
    assert "✗ invalid" in text(as_bob.get(reverse("admin:templates_app_flowprototype_changelist") + "?state=invalid"))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"path": "config.tmeout", "kind": "locked"}, "There is no such field"),
        ({"path": "", "kind": "locked"}, "This field is required"),
        ({"path": "a..b", "kind": "locked"}, "no path of a field"),
        ({"kind": "bounds"}, "is not accepted as a rule"),
        ({"kind": "bounds", "least": "5", "most": "1"}, "nothing could be within"),
        ({"kind": "bounds", "least": "nan"}, "Enter a number"),
        ({"kind": "one_of", "one_of": "{"}, "column 2"),
    ],
)
def test_it_tells_what_is_wrong_with_a_rule(
    as_bob: Client, fetcher: RoutinePrototype, said: dict[str, str], message: str
) -> None:
    address = page(fetcher, "rule", "?path=config.timeout")
    answer = as_bob.post(address, {**shown(as_bob, address), **said})
    assert message in text(answer)
    fetcher.refresh_from_db()
    assert fetcher.rules == {}


def test_it_rebases_field_by_field(as_bob: Client, fetcher: RoutinePrototype) -> None:
    copy = services.duplicate(fetcher, name="copy", overrides={"config": {"retries": 1}})
    services.update_routine(fetcher, own={"config": {"timeout": 61, "retries": 2}}, version=1)
    assert "≠ changed on both sides" in text(as_bob.get(page(copy, "rebase")))
    refused = as_bob.post(page(copy, "rebase"), shown(as_bob, page(copy, "rebase")))
    assert "config.retries: choose whose value counts." in text(refused)
    do(as_bob, page(copy, "rebase"), **{"take:config.retries": "ours"})
    copy.refresh_from_db()
    assert copy.own == {"config": {"timeout": 61, "retries": 1}}


def test_it_says_that_there_is_nothing_to_do(as_bob: Client, fetcher: RoutinePrototype, flow: FlowPrototype) -> None:
    copy = services.duplicate(fetcher, name="copy")
    assert "there is nothing to rebase" in text(as_bob.get(page(copy, "rebase")))
    assert "is a copy of nothing" in text(as_bob.get(page(flow, "rebase")))
    assert "there is nothing to promote" in text(as_bob.get(page(flow, "promote")))
    assert "there is nothing to detach it from" in text(as_bob.get(page(flow, "detach")))


def test_it_writes_the_history(as_bob: Client, variant: FlowPrototype) -> None:
    do(as_bob, page(variant, "promote"), paths=["max_workers"], message="good for all")
    told = [entry.get_change_message() for entry in LogEntry.objects.filter(object_id=str(variant.pk))]
    assert told == ["Promoted max_workers to ‘orders’. good for all"]


@pytest.mark.parametrize("verb", CHANGES)
def test_it_needs_the_permission_to_change(as_alice: Client, alice: User, variant: FlowPrototype, verb: str) -> None:
    alice.user_permissions.set(Permission.objects.filter(codename__in=["view_flowprototype", "clone_flowprototype"]))
    address = page(variant, verb, "?path=max_workers")
    assert (as_alice.get(address).status_code, as_alice.post(address, {}).status_code) == (403, 403)
    assert as_alice.get(page(variant, "fields")).status_code == 200
    assert "Lock or bound" not in text(as_alice.get(page(variant, "fields")))


@pytest.mark.parametrize("verb", [*CHANGES, "fields"])
def test_it_is_closed_to_strangers(as_charlie: Client, variant: FlowPrototype, verb: str) -> None:
    assert as_charlie.get(page(variant, verb)).status_code == 302


@pytest.mark.parametrize("verb", CHANGES)
def test_it_leaves_code_and_archived_ones_alone(as_bob: Client, flow: FlowPrototype, verb: str) -> None:
    root = RoutinePrototype.objects.get(name="t_fetch")
    services.archive(flow)
    for prototype in (root, flow):
        address = page(prototype, verb, "?path=timeout")
        as_bob.post(
            address, {**shown(as_bob, address), "path": "timeout", "kind": "locked", "version": prototype.version}
        )
        assert Prototype.objects.get(pk=prototype.pk).rules == {}
    assert Prototype.objects.get(pk=flow.pk).is_archived


@pytest.mark.parametrize("action", ["promote", "detach", "rebase"])
def test_it_goes_from_the_list_to_the_page(as_bob: Client, variant: FlowPrototype, action: str) -> None:
    changelist = reverse("admin:templates_app_flowprototype_changelist")
    answer = as_bob.post(changelist, {"action": action, "_selected_action": [variant.pk]})
    assert answer["Location"] == page(variant, action)
