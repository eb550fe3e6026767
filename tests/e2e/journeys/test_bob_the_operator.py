"""Bob tunes a variant, finds out twice why a job failed, mends it, and is sure that he did. No line of Python."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys.conftest import LogIn
from tests.e2e.journeys.steps import create_variant, follow, open_flow, press, see_end

pytestmark = pytest.mark.e2e

LETTERS = b"to\nada\ngrace\n"


def test_it_leads_bob_from_a_variant_to_a_failure_that_he_mended(log_in: LogIn) -> None:
    page = log_in("bob")
    open_flow(page, "deliver")
    create_variant(page, "deliver-safe")
    mend_from_outside_and_retry(page)
    limit_the_rows(page, "1", impact="‘read’: config.max_rows is 1 instead of 10000.")
    run(page, "Failed")
    read_why(page)
    failed = page.url.replace("why/", "")
    limit_the_rows(page, "2", impact="‘read’: config.max_rows is 2 instead of 1.")
    run_again(page, failed)
    compare(page)


def mend_from_outside_and_retry(page: Page) -> None:
    """The file that the job reads is not there yet."""
    run(page, "Failed")
    failed = page.url
    expect(page.locator(".failure").first).to_contain_text("letters.csv")
    store_the_file(page)
    page.goto(failed)
    follow(page, "Retry…")
    page.get_by_label("Reason").fill("the file is there now")
    press(page, "Retry")
    see_end(page, "Completed")
    expect(page.locator("main")).to_contain_text("the file is there now")


def store_the_file(page: Page) -> None:
    page.goto("/admin/jobs/upload/add/")
    page.get_by_label("File").set_input_files({"name": "letters.csv", "mimeType": "text/csv", "buffer": LETTERS})
    press(page, "Save")
    expect(page.get_by_role("link", name="letters.csv").first).to_be_visible()


def run(page: Page, status: str) -> None:
    page.goto("/jobs/trigger/deliver-safe/")
    page.get_by_role("textbox", name="Input, JSON editor").fill('{"upload": "letters.csv"}')
    press(page, "Start the job")
    see_end(page, status)


def limit_the_rows(page: Page, most: str, *, impact: str) -> None:
    """The impact is seen before anything is saved."""
    open_flow(page, "deliver-safe")
    page.get_by_role("row", name="read").get_by_role("link", name="read", exact=True).click()
    page.get_by_label("Max rows:", exact=True).fill(most)
    press(page, "Preview")
    expect(page.get_by_role("heading", name="What this would change")).to_be_visible()
    page.locator(".rtx-impact summary").first.click()
    expect(page.locator(".rtx-impact")).to_contain_text(impact)
    press(page, "Save")
    expect(page.get_by_text("Node ‘read’ was saved.")).to_be_visible()


def read_why(page: Page) -> None:
    follow(page, "Why did it fail now?")
    expect(page.locator(".suspects li").first).to_contain_text("‘read’: config.max_rows is 1 instead of 10000.")


def run_again(page: Page, failed: str) -> None:
    page.goto(failed)
    follow(page, "Run again…")
    page.get_by_label("Latest").check()
    press(page, "Show what would be different")
    expect(page.locator("main")).to_contain_text("1 setting changed.")
    press(page, "Start this job")
    see_end(page, "Completed")


def compare(page: Page) -> None:
    follow(page, "compare")
    expect(page.get_by_role("row", name="read differs")).to_contain_text("failed")
    expect(page.locator("main")).to_contain_text("config.max_rows")
