"""Alice builds a flow in the browser: a wrong one first, then one that she tries, runs and sees complete."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys.conftest import LogIn
from tests.e2e.journeys.steps import create_variant, follow, open_flow, press, see_end

pytestmark = pytest.mark.e2e


def test_it_leads_alice_from_a_routine_to_a_job_that_completed(log_in: LogIn) -> None:
    page = log_in("alice")
    make_a_routine(page)
    name_the_nodes(page)
    see_what_is_wrong(page)
    connect_the_ports(page)
    try_it(page)
    run_it(page)


def make_a_routine(page: Page) -> None:
    page.goto("/admin/templates_app/routineprototype/?q=test_pure_spread")
    follow(page, "test_pure_spread")
    create_variant(page, "two-numbers")
    page.get_by_label("Count:", exact=True).fill("2")
    press(page, "Save")
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def name_the_nodes(page: Page) -> None:
    page.goto("/admin/templates_app/flowprototype/add/")
    page.get_by_label("Name:", exact=True).fill("numbers")
    for row, (node, routine) in enumerate({"count": "two-numbers", "stamp": "test_pure_pass"}.items()):
        page.locator(f"#id_nodes-{row}-node_id").fill(node)
        page.locator(f"#id_nodes-{row}-routine_name").select_option(routine)
    press(page, "Save and continue editing")
    expect(page.get_by_text("‘numbers’ was created.")).to_be_visible()


def see_what_is_wrong(page: Page) -> None:
    """Nothing leads to the second node."""
    page.get_by_label("Entry").select_option("count.input")
    press(page, "Save")
    expect(page.locator(".errornote")).to_be_visible()
    expect(page.locator(".errorlist").first).to_contain_text("nodes.stamp: No item can reach this node")


def connect_the_ports(page: Page) -> None:
    row = page.locator("#connections-0")
    row.get_by_label("From event").select_option("count.output")
    row.get_by_label("To slot").select_option("stamp.input")
    press(page, "Save")
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def try_it(page: Page) -> None:
    open_flow(page, "numbers")
    follow(page, "Dry run")
    press(page, "Try it")
    expect(page.locator("#outcome")).to_contain_text("It would complete")
    expect(page.locator("main")).to_contain_text("3 steps, 2 results, 0 undelivered items.")


def run_it(page: Page) -> None:
    open_flow(page, "numbers")
    follow(page, "Run")
    press(page, "Start the job")
    see_end(page, "Completed")
    expect(page.locator("main")).to_contain_text("3 steps done")
