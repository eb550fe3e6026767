"""The operator looks for what changed, and brings an old revision back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from templates_app import services, sync
from templates_app.models import FlowPrototype

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def flow(bob: User) -> FlowPrototype:
    sync.sync_catalog()
    made = services.create_flow("pipeline", document=_document(timeout=5), actor=bob)
    services.update_flow(made, document=_document(timeout=60), version=made.version, message="Slower", actor=bob)
    return made


def _document(timeout: int) -> dict[str, Any]:
    return {"nodes": {"first": {"routine": "mapper", "timeout": timeout}}, "connections": [], "settings": {}}


def test_it_leads_from_history_to_a_restored_flow(page_of_bob: Page, flow: FlowPrototype) -> None:
    page_of_bob.goto("/templates/pipeline/revisions/")
    page_of_bob.get_by_role("button", name="Compare the two chosen").click()
    expect(page_of_bob.get_by_role("row", name="timeout")).to_contain_text("60.0")
    page_of_bob.go_back()
    page_of_bob.get_by_role("link", name="Restore…").click()
    page_of_bob.get_by_label("Message").fill("Too slow")
    page_of_bob.get_by_role("button", name="Restore revision 1").click()
    expect(page_of_bob.get_by_role("row", name="#1")).to_contain_text("Current")


@pytest.mark.parametrize("path", ["revisions/", "revisions/2/", "revisions/1/restore/"])
def test_it_fits_a_narrow_screen(page_of_bob: Page, flow: FlowPrototype, path: str) -> None:
    page_of_bob.set_viewport_size({"width": 320, "height": 640})
    page_of_bob.goto(f"/templates/pipeline/{path}")
    assert page_of_bob.evaluate("document.documentElement.scrollWidth") <= 320
