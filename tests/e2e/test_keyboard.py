"""Whole journeys with the keyboard alone: what is reached is reached by Tab, and seen to be reached."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.engine import make_flow

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

MOST = 120  #: presses of Tab after which something counts as out of reach
HERE = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    // Fields show it by their border, the nodes of a picture by their frame, and the editor within its own root.
    const isField = one.shadowRoot || one.matches("input, select, textarea, svg a");
    return {
        isNowhere: one === document.body,
        html: one.outerHTML.slice(0, 120),
        words: (one.innerText || one.value || one.labels?.[0]?.innerText || "").trim(),
        isSeen: Boolean(isField) || style.outlineStyle !== "none" || style.boxShadow !== "none",
        isInside: box.bottom > 0 && box.top < innerHeight,
    };
}"""


@pytest.fixture
def orders(bob: User) -> FlowPrototype:
    return make_flow("orders", {"only": "test_pass"}, entry="only.input")


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what says `words` has the focus; each stop on the way is seen."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        assert here["isNowhere"] or (here["isSeen"] and here["isInside"]), here
        if not here["isNowhere"] and here["words"].lower().startswith(words.lower()):
            return
    raise AssertionError(f"No way to {words!r} by keyboard at {page.url}")


def go(page: Page, words: str) -> None:
    """Follow a link or press a button, and wait for the page behind it."""
    tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_it_triggers_finds_and_cancels_a_job(page_of_bob: Page, orders: FlowPrototype) -> None:
    page_of_bob.goto("/jobs/trigger/orders/")
    go(page_of_bob, "Start the job")
    page_of_bob.goto("/jobs/")
    go(page_of_bob, str(Job.objects.get().pk)[:8])
    tab_to(page_of_bob, "Cancel")
    page_of_bob.keyboard.press("Enter")
    go(page_of_bob, "Cancel this job")
    expect(page_of_bob.locator("h1")).to_contain_text("Cancelled")


def test_it_creates_a_variant(page_of_bob: Page, orders: FlowPrototype) -> None:
    page_of_bob.goto(orders.get_absolute_url())
    go(page_of_bob, "Create variant")
    tab_to(page_of_bob, "Name")
    page_of_bob.keyboard.type("orders-fast")
    with page_of_bob.expect_navigation():
        page_of_bob.keyboard.press("Enter")
    expect(page_of_bob.get_by_text("Variant orders-fast of ‘orders’ was created.")).to_be_visible()
