"""The operator's console in a browser: checks while typing, finds by keyboard, edits JSON, tries without saving."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from samples.load import load
from templates_app.models import FlowPrototype

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PARAGRAPHS = {"split": {"paragraph": [{"number": 1, "text": "Good day."}]}}


@pytest.fixture
def flow(bob: User) -> FlowPrototype:
    list(load())
    return FlowPrototype.objects.get(name="text")


def test_it_checks_while_somebody_types(page_of_bob: Page, flow: FlowPrototype) -> None:
    page_of_bob.goto(flow.get_absolute_url())
    page_of_bob.get_by_label("Max workers").fill("0")
    expect(page_of_bob.locator("#id_max_workers_error")).to_contain_text("greater than or equal to 1")

    page_of_bob.get_by_label("Max workers").fill("3")

    expect(page_of_bob.locator("#rtx-board")).to_contain_text("it can be saved")
    expect(page_of_bob.locator("#rtx-checked")).to_contain_text("max_workers is 3")
    expect(page_of_bob.get_by_label("Max workers")).to_be_focused()


def test_it_shows_only_the_fields_of_the_chosen_kind(page_of_bob: Page, flow: FlowPrototype) -> None:
    page_of_bob.goto(flow.get_absolute_url())
    expect(page_of_bob.get_by_label("Jitter")).to_be_hidden()

    page_of_bob.locator("#id_error_handler").select_option("retry")

    expect(page_of_bob.get_by_label("Jitter")).to_be_visible()


def test_it_finds_and_goes_there_by_keyboard_alone(page_of_bob: Page, flow: FlowPrototype) -> None:
    page_of_bob.goto("/admin/")
    page_of_bob.keyboard.press("Control+k")
    expect(page_of_bob.get_by_role("combobox", name="Find")).to_be_focused()

    page_of_bob.keyboard.type("trigger text")
    expect(page_of_bob.get_by_role("option", name="Trigger text")).to_have_attribute("aria-selected", "true")
    page_of_bob.keyboard.press("Enter")

    page_of_bob.wait_for_url("**/jobs/trigger/text/")


def test_it_opens_help_but_not_while_somebody_types(page_of_bob: Page, flow: FlowPrototype) -> None:
    page_of_bob.goto("/search/")
    page_of_bob.get_by_label("Words").press("?")
    page_of_bob.locator("main").focus()
    expect(page_of_bob.get_by_role("dialog")).to_have_count(0)

    page_of_bob.keyboard.press("?")

    dialog = page_of_bob.get_by_role("dialog", name="Help")
    expect(dialog).to_contain_text("Activation policy")
    expect(dialog.get_by_role("heading", name="Keys")).to_be_in_viewport()


def test_it_edits_json_and_lets_the_keyboard_out(page_of_bob: Page, flow: FlowPrototype) -> None:
    page_of_bob.goto("/jobs/trigger/text/")
    editor = page_of_bob.get_by_role("textbox", name="Input, JSON editor")
    editor.fill('{"text": }')
    expect(page_of_bob.locator(".rtx-editor-said").first).to_contain_text("Line 1, column 10")
    expect(page_of_bob.locator("#trigger-input")).to_have_value('{"text": }')

    page_of_bob.keyboard.press("Escape")
    page_of_bob.keyboard.press("Tab")

    expect(page_of_bob.get_by_label("Entry")).to_be_focused()


def test_it_tries_what_is_not_saved(page_of_bob: Page, flow: FlowPrototype) -> None:
    page_of_bob.goto(flow.get_absolute_url())
    page_of_bob.get_by_label("Max workers").fill("2")
    page_of_bob.get_by_role("button", name="Dry run").click()
    expect(page_of_bob.get_by_text("not saved")).to_be_visible()

    page_of_bob.get_by_role("textbox", name="Sample outputs, JSON editor").fill(json.dumps(PARAGRAPHS))
    page_of_bob.get_by_role("button", name="Try it").click()

    expect(page_of_bob.locator("#outcome")).to_contain_text("It would complete")
    assert FlowPrototype.objects.get(pk=flow.pk).version == flow.version
