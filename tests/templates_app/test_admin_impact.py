"""Before a save that reaches others, the page shows what would change, and nothing is saved until that was seen."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from templates_app import handin, impact, services
from templates_app.handin import Usage
from templates_app.models import FlowPrototype, Revision, RoutinePrototype
from tests.templates_app.conftest import pipeline
from tests.templates_app.pages import fields_of, shown, submit


@pytest.fixture
def variant(flow: FlowPrototype) -> FlowPrototype:
    return services.create_variant(flow, name="eu", overrides={"nodes": {"second": {"config": {"timeout": 7}}}})


def node(flow: FlowPrototype, name: str) -> str:
    return reverse("admin:templates_app_flowprototype_node", args=[flow.pk, name])


def test_it_holds_a_save_that_reaches_others(as_bob: Client, fetcher: RoutinePrototype, variant: FlowPrototype) -> None:
    held = submit(as_bob, fetcher.get_absolute_url(), config__timeout="90", description="typed")
    text = held.content.decode()
    assert "Nothing is saved yet." in text
    assert "has its own <code>nodes.second.config.timeout</code>" in text
    fetcher.refresh_from_db()
    assert (fetcher.version, fields_of(held)["config__timeout"], fields_of(held)["description"]) == (1, "90", "typed")


def test_it_saves_what_was_shown(as_bob: Client, fetcher: RoutinePrototype, variant: FlowPrototype) -> None:
    held = submit(as_bob, fetcher.get_absolute_url(), config__timeout="90")
    foreseen = held.context["preview"].impact.revisions
    before = set(Revision.objects.values_list("pk", flat=True))
    assert as_bob.post(fetcher.get_absolute_url(), fields_of(held)).status_code == 302
    made = Revision.objects.exclude(pk__in=before).values_list("flow_id", "hash")
    assert set(made) == foreseen != set()


def test_it_shows_anew_what_is_not_what_was_shown(
    as_bob: Client, flow: FlowPrototype, fetcher: RoutinePrototype
) -> None:
    held = submit(as_bob, fetcher.get_absolute_url(), config__timeout="90")
    again = as_bob.post(fetcher.get_absolute_url(), {**fields_of(held), "config__timeout": "91"})
    assert again.status_code == 200
    assert "different from what you were shown before" in again.content.decode()
    assert as_bob.post(fetcher.get_absolute_url(), fields_of(again)).status_code == 302


def test_it_goes_straight_through_without_dependants(as_bob: Client, flow: FlowPrototype) -> None:
    assert submit(as_bob, flow.get_absolute_url(), max_workers="2").status_code == 302


def test_it_goes_straight_through_where_only_words_change(as_bob: Client, variant: FlowPrototype) -> None:
    assert variant.parent is not None
    assert submit(as_bob, variant.parent.get_absolute_url(), description="other words").status_code == 302


def test_it_shows_a_preview_whenever_asked(as_bob: Client, flow: FlowPrototype) -> None:
    page = submit(as_bob, flow.get_absolute_url(), max_workers="2", _preview="Preview").content.decode()
    assert "max_workers" in page.partition("What this would change")[2]
    flow.refresh_from_db()
    assert flow.version == 1


def test_it_tells_who_becomes_invalid_and_who_heals(
    as_bob: Client, flow: FlowPrototype, variant: FlowPrototype
) -> None:
    held = submit(as_bob, flow.get_absolute_url(), **{"nodes-1-DELETE": "on", "connections-0-DELETE": "on"})
    assert "eu</a> (cannot be run)" in held.content.decode()
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    healed = impact.preview(lambda: services.update_flow(flow, document=pipeline(), version=2)).healed
    assert [one.prototype.name for one in healed] == ["eu"]


def test_it_tells_how_many_jobs_stay_pinned(
    as_bob: Client, variant: FlowPrototype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handin, "_usages", [lambda flows: dict.fromkeys(flows, Usage(unfinished_jobs=2, schedules=1))])
    assert variant.parent is not None
    page = submit(as_bob, variant.parent.get_absolute_url(), max_workers="2").content.decode()
    assert "4 unfinished jobs in all stay pinned" in page
    assert "2 schedules will run the new meaning." in page


def test_it_holds_the_save_of_a_node(as_bob: Client, flow: FlowPrototype, variant: FlowPrototype) -> None:
    held = submit(as_bob, node(flow, "first"), config__timeout="5")
    assert "Nothing is saved yet." in held.content.decode()
    assert as_bob.post(node(flow, "first"), fields_of(held)).status_code == 302
    assert [f.revisions.count() for f in (flow, variant)] == [2, 2]


def test_it_previews_a_variant_before_it_is_made(as_bob: Client, flow: FlowPrototype) -> None:
    address = reverse("admin:templates_app_flowprototype_variant", args=[flow.pk])
    page = as_bob.post(address, {"name": "us", "overrides": '{"settings": {"max_workers": 1}}', "_preview": "1"})
    assert "What this would change" in page.content.decode()
    assert not FlowPrototype.objects.filter(name="us").exists()


def test_it_refuses_in_the_preview_what_the_save_would_refuse(as_bob: Client, variant: FlowPrototype) -> None:
    assert variant.parent is not None
    page = submit(as_bob, variant.parent.get_absolute_url(), own='{"entry": "gone.x"}')
    assert "There is no slot &#x27;gone.x&#x27;" in page.content.decode()
    assert page.context["preview"] is None


def test_it_keeps_the_numbers_of_the_page_when_it_is_sent_twice(as_bob: Client, flow: FlowPrototype) -> None:
    fields = {**shown(as_bob, flow.get_absolute_url()), "max_workers": "2"}
    assert as_bob.post(flow.get_absolute_url(), fields).status_code == 302
    assert "was changed meanwhile" in as_bob.post(flow.get_absolute_url(), fields).content.decode()


def test_it_says_so_when_there_is_nothing_to_preview(as_bob: Client, flow: FlowPrototype) -> None:
    page = submit(as_bob, flow.get_absolute_url(), _preview="Preview").content.decode()
    assert "No flow means anything else by it" in page


def test_it_cuts_long_lists_and_counts_the_rest(as_bob: Client, flow: FlowPrototype) -> None:
    for index in range(52):
        services.create_variant(flow, name=f"v{index}", overrides={"nodes": {"second": {"timeout": 5}}})
    page = submit(as_bob, flow.get_absolute_url(), **{"nodes-1-DELETE": "on", "connections-0-DELETE": "on"})
    assert "and others: 52 in all" in page.content.decode()
