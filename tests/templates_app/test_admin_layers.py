"""Every field tells where its value comes from, what each layer says and who locks it; nothing is not inherited."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.templates_app.pages import shown, submit


@pytest.fixture
def child(fetcher: RoutinePrototype) -> RoutinePrototype:
    return services.create_variant(fetcher, name="child", overrides={"config": {"retries": 1}})


def html(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def own(prototype: Any) -> Any:
    prototype.refresh_from_db()
    return prototype.own


def test_it_shows_the_value_of_every_layer(as_bob: Client, child: RoutinePrototype) -> None:
    page = html(as_bob, child.get_absolute_url())
    for layer, value in (("t_fetch", 30), ("fetcher", 60), ("child", "–")):
        assert f"<span>{layer}: <code>{value}</code></span>" in page


def test_it_tells_states_apart_by_word_and_sign(
    as_bob: Client, fetcher: RoutinePrototype, child: RoutinePrototype
) -> None:
    services.set_rule(fetcher, path="config.mode", rule={"locked": True})
    page = html(as_bob, child.get_absolute_url())
    for words in ("● Set here.", "○ Inherited from ‘fetcher’.", "▣ Locked by ‘fetcher’."):
        assert words in page


def test_it_closes_a_locked_field(as_bob: Client, fetcher: RoutinePrototype, child: RoutinePrototype) -> None:
    services.set_rule(fetcher, path="config.timeout", rule={"locked": True})
    services.set_rule(fetcher, path="policy", rule={"locked": True})
    form = as_bob.get(child.get_absolute_url()).context["adminform"].form
    closed = {name for name, field in form.fields.items() if field.disabled}
    assert closed == {"config__timeout", *(name for name in form.fields if name.partition("__")[0] == "policy")}
    submit(as_bob, child.get_absolute_url(), config__timeout="5")
    assert own(child) == {"config": {"retries": 1}}


def test_it_lets_an_override_that_was_locked_be_reset(
    as_bob: Client, fetcher: RoutinePrototype, child: RoutinePrototype
) -> None:
    services.set_rule(fetcher, path="config.retries", rule={"locked": True})
    assert "✗ Set here, but locked" in html(as_bob, child.get_absolute_url())
    assert submit(as_bob, child.get_absolute_url(), reset__config__retries="on").status_code == 302
    assert own(child) == {}


def test_it_tells_the_bounds_at_the_field_that_they_bind(
    as_bob: Client, fetcher: RoutinePrototype, child: RoutinePrototype
) -> None:
    services.set_rule(fetcher, path="config.timeout", rule={"min": 50, "max": 70})
    assert "‘fetcher’ accepts 50 to 70 here." in html(as_bob, child.get_absolute_url())
    refused = submit(as_bob, child.get_absolute_url(), config__timeout="80")
    assert refused.context["adminform"].form.errors.keys() == {"config__timeout"}


@pytest.mark.parametrize(
    ("stored", "sent", "expected"),
    [
        ({}, {"null__config__label": "on"}, {"label": None}),
        ({"label": "x"}, {"null__config__label": "on"}, {"label": None}),
        ({"label": "x"}, {"config__label": ""}, None),
        ({"label": None}, {"null__config__label": None}, None),
        ({"label": None}, {"config__label": "y"}, {"label": "y"}),
        ({"label": None}, {"config__retries": "4"}, {"label": None, "retries": 4}),
        ({}, {"config__label": "y"}, {"label": "y"}),
    ],
)
def test_it_takes_nothing_for_nothing_and_empty_for_inherited(
    as_bob: Client,
    fetcher: RoutinePrototype,
    stored: dict[str, Any],
    sent: dict[str, Any],
    expected: dict[str, Any] | None,
) -> None:
    made = services.create_variant(fetcher, name="v", overrides={"config": stored} if stored else {})
    fields = {**shown(as_bob, made.get_absolute_url()), **sent}
    fields = {name: value for name, value in fields.items() if value is not None}
    assert as_bob.post(made.get_absolute_url(), fields).status_code == 302
    assert own(made) == ({} if expected is None else {"config": expected})


def test_it_refuses_a_value_and_nothing_at_once(as_bob: Client, child: RoutinePrototype) -> None:
    page = submit(as_bob, child.get_absolute_url(), config__label="y", null__config__label="on")
    assert "A value and nothing at once" in page.content.decode()


def test_it_lists_every_field_of_every_node(as_bob: Client, flow: FlowPrototype) -> None:
    variant = services.create_variant(flow, name="eu", overrides={"nodes": {"second": {"config": {"timeout": 7}}}})
    page = html(as_bob, reverse("admin:templates_app_flowprototype_fields", args=[variant.pk]))
    assert "Node second" in page
    assert "reset/?path=nodes.second.config.timeout" in page
    assert "rule/?path=nodes.first.config.mode" in page


def test_it_shows_values_of_layers_as_text(as_bob: Client, fetcher: RoutinePrototype) -> None:
    evil = services.create_variant(fetcher, name="evil", overrides={"config": {"label": "<i>x</i>"}})
    below = services.create_variant(evil, name="below", overrides={"config": {"label": "y"}})
    for address in (below.get_absolute_url(), reverse("admin:templates_app_routineprototype_fields", args=[below.pk])):
        assert "<i>" not in html(as_bob, address)


def test_it_lists_what_is_invalid_with_the_reason(as_bob: Client, flow: FlowPrototype) -> None:
    services.create_variant(flow, name="eu", overrides={"nodes": {"second": {"config": {"timeout": 7}}}})
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    changelist = reverse("admin:templates_app_flowprototype_changelist")
    invalid, valid = (html(as_bob, f"{changelist}?state={state}") for state in ("invalid", "valid"))
    assert "overrides this node, which the flow does not have" in invalid
    assert "1 flow prototype" in invalid
    assert ">eu<" not in valid


def test_it_does_not_offer_to_run_what_is_invalid(as_bob: Client, flow: FlowPrototype) -> None:
    variant = services.create_variant(flow, name="eu", overrides={"nodes": {"second": {"config": {"timeout": 7}}}})
    run = reverse("jobs:trigger", args=["eu"])
    assert run in html(as_bob, variant.get_absolute_url())
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    assert run not in html(as_bob, variant.get_absolute_url())


def test_it_links_rows_to_runs_history_and_comparison(as_bob: Client, flow: FlowPrototype) -> None:
    services.create_variant(flow, name="eu")
    page = html(as_bob, reverse("admin:templates_app_flowprototype_changelist"))
    for address in (
        "/jobs/trigger/eu/",
        "/jobs/?q=flow%3Aeu",
        "/templates/eu/revisions/",
        "compare/?a=orders&amp;b=eu",
    ):
        assert address in page
