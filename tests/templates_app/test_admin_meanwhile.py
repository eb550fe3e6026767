"""The slower of two editors sees what the faster one did, and neither loses anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from templates_app import services, wiring
from templates_app.models import FlowPrototype
from tests.templates_app.pages import fields_of, shown

ADD_THIRD = {
    "nodes-2-node_id": "third",
    "nodes-2-routine_name": "t_fetch",
    "connections-1-source_port": "second.fetched",
    "connections-1-target_port": "third.requests",
}
REMOVE_SECOND = {"nodes-1-DELETE": "on", "connections-0-DELETE": "on"}


@pytest.fixture
def url(flow: FlowPrototype) -> str:
    return flow.get_absolute_url()


def both(client: Client, url: str, first: dict[str, str], second: dict[str, str]) -> Any:
    """Two editors open the page; `first` is saved, and the answer to `second` comes back."""
    fields = shown(client, url)
    assert client.post(url, {**fields, **first}).status_code == 302
    return client.post(url, {**fields, **second})


def stored(flow: FlowPrototype) -> dict[str, Any]:
    return wiring.document_of(FlowPrototype.objects.get(pk=flow.pk))


def test_it_keeps_the_rows_of_both(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    answer = both(as_bob, url, ADD_THIRD, {"nodes-0-own": '{"config": {"timeout": 9}}'})
    assert "<code>nodes.third</code>" in answer.content.decode()
    assert as_bob.post(url, fields_of(answer)).status_code == 302
    assert sorted(stored(flow)["nodes"]) == ["first", "second", "third"]
    assert stored(flow)["nodes"]["first"] == {"routine": "fetcher", "config": {"timeout": 9}}


def test_it_keeps_what_the_first_removed_removed(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    answer = both(as_bob, url, REMOVE_SECOND, {"max_workers": "2"})
    assert as_bob.post(url, fields_of(answer)).status_code == 302
    assert (sorted(stored(flow)["nodes"]), stored(flow)["connections"]) == (["first"], [])
    assert stored(flow)["settings"] == {"max_workers": 2}


def test_it_keeps_what_the_second_removed_ticked(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    answer = both(as_bob, url, {"max_workers": "3"}, REMOVE_SECOND)
    assert as_bob.post(url, fields_of(answer)).status_code == 302
    assert (sorted(stored(flow)["nodes"]), stored(flow)["settings"]) == (["first"], {"max_workers": 3})


def test_it_keeps_the_text_of_the_second_in_a_conflict_and_says_so(
    as_bob: Client, flow: FlowPrototype, url: str
) -> None:
    mine, theirs = '{"config": {"timeout": 9}}', '{"config": {"timeout": 8}}'
    answer = both(as_bob, url, {"nodes-0-own": theirs}, {"nodes-0-own": mine})
    [line] = answer.context["meanwhile"]
    assert (line.path, line.before, line.theirs, line.ours) == ("nodes.first.config.timeout", "not set", "8", "9")
    assert "yours is kept" in answer.content.decode()
    assert fields_of(answer)["nodes-0-own"].replace(" ", "").replace("\n", "") == '{"config":{"timeout":9}}'


def test_it_follows_a_node_that_the_second_renamed(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    answer = both(as_bob, url, {"max_workers": "3"}, {"nodes-0-node_id": "start"})
    assert as_bob.post(url, fields_of(answer)).status_code == 302
    assert stored(flow)["connections"] == [["start.fetched", "second.requests"]]


def test_it_tells_on_the_page_of_a_node(as_bob: Client, flow: FlowPrototype) -> None:
    address = reverse("admin:templates_app_flowprototype_node", args=[flow.pk, "first"])
    answer = both(as_bob, address, {"config__timeout": "5"}, {"config__retries": "6"})
    assert [line.path for line in answer.context["meanwhile"]] == ["config.timeout"]
    assert as_bob.post(address, fields_of(answer)).status_code == 302
    assert stored(flow)["nodes"]["first"]["config"] == {"timeout": 5, "retries": 6}


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"nodes": []}', '{"connections": 1}', '{"nodes": {"a": 1}}', "\x00"])
def test_it_survives_a_page_that_was_tampered_with(as_bob: Client, flow: FlowPrototype, url: str, seen: str) -> None:
    answer = both(as_bob, url, {"max_workers": "3"}, {"description": "x", "timeout": "5", "seen": seen})
    assert answer.status_code == 200
    assert FlowPrototype.objects.get(pk=flow.pk).version == 2


def test_it_tells_the_second_that_the_first_promoted(as_bob: Client, flow: FlowPrototype) -> None:
    variant = services.create_variant(flow, name="eu", overrides={"settings": {"max_workers": 2}})
    address = reverse("admin:templates_app_flowprototype_promote", args=[variant.pk])
    fields = {**shown(as_bob, address), "paths": "max_workers"}
    services.update_flow(variant, document={"settings": {"max_workers": 3}}, version=1)
    assert "was changed meanwhile" in as_bob.post(address, fields).content.decode()
