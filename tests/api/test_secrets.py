"""Secrets at the doors: named, never told."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from templates_app.models import FlowPrototype
from tests.api.calls import get, pointers, post, send
from tests.engine import make_flow
from tests.pages.reading import html

REFERENCE = {"$secret": "SHOP_KEY"}


@pytest.fixture
def flow(db: None) -> FlowPrototype:
    return make_flow("tell", {"a": {"routine": "test_telltale", "config": {"key": REFERENCE}}}, entry="a.input")


@pytest.mark.parametrize("plain", ["hunter2", {"$secret": "hunter2"}, ["hunter2"], {"$secret": "A", "b": "hunter2"}])
def test_it_refuses_plain_text_without_repeating_it(as_bob: Client, flow: FlowPrototype, plain: Any) -> None:
    answer = send(as_bob, "PATCH", "flows/tell", {"set": {"nodes.a.config.key": plain}}, if_match="*")

    assert (answer.status_code, pointers(answer)) == (400, ["/set/nodes.a.config.key"])
    assert "hunter2" not in answer.content.decode()
    assert "ROUTILUX_SECRET_" in answer.json()["detail"]


def test_it_refuses_plain_text_at_launch(as_bob: Client, flow: FlowPrototype) -> None:
    overrides = {"nodes": {"a": {"config": {"key": "hunter2"}}}}

    answer = post(as_bob, "flows/tell/jobs", {"input": {}, "overrides": overrides})

    assert answer.status_code == 400
    assert "hunter2" not in answer.content.decode()


def test_it_shows_the_name_to_those_who_see_the_flow(
    as_bob: Client, flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTILUX_SECRET_SHOP_KEY", "hunter2")

    assert get(as_bob, "flows/tell").json()["document"]["nodes"]["a"]["config"] == {"key": REFERENCE}
    page = html(as_bob, f"{flow.get_absolute_url().removesuffix('change/')}nodes/a/")
    assert "SHOP_KEY" in page
    assert "hunter2" not in page
