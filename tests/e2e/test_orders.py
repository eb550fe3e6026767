"""The order pipeline as people meet it: web server, cluster and browser, and a report that is right to the row."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.house import House, a_house, free_port
from tests.samples.expected import Expected, expected

pytestmark = pytest.mark.e2e

USER = """
from django.contrib.auth.models import User
User.objects.create_superuser("ada", "ada@example.org", "ada")
"""


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with a_house(PORT=free_port(), WEB_HOST="127.0.0.1") as house:
        house.manage("migrate", "-v", "0")
        house.manage("load_samples")
        house.shell(USER)
        with house.running("serve"), house.runtime():
            house.wait(house.answers, "the web server")
            yield house


@pytest.fixture
def page_of_ada(browser: Browser, house: House) -> Iterator[Page]:
    context = browser.new_context(base_url=f"http://127.0.0.1:{house.port}")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/login/?next=/jobs/trigger/orders/")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("ada")
    page.get_by_role("button", name="Log in").click()
    yield page
    context.close()
    assert complaints == []


def test_it_shows_a_report_that_is_right_to_the_row(page_of_ada: Page) -> None:
    page_of_ada.get_by_role("button", name="Start").click()
    expect(page_of_ada.locator("h1")).to_contain_text("Completed", timeout=30_000)

    shown = page_of_ada.locator("main").text_content() or ""
    assert all(line in shown for line in report_lines(expected()))


def test_it_tells_the_same_over_rest(house: House, page_of_ada: Page) -> None:
    token = house.manage("create_token", "--user", "ada", "--name", "e2e").split()[-1]
    body = json.dumps({"input": {"upload": "orders.csv"}}).encode()
    job = call(house, token, "/api/v1/flows/orders/jobs", body)["id"]

    assert house.wait_for_end(job) == "completed"
    lines = call(house, token, f"/api/v1/jobs/{job}")["result"]["report.report"][0]["lines"]
    assert [line for line in lines if line in report_lines(expected())] == lines[1:-1]


def report_lines(found: Expected) -> list[str]:
    """The body of the report as the sample's routine lays it out, from figures that do not come from it."""
    return [
        f"{name:<20}{row['orders']:>7}{row['net']:>10.2f}{row['tax']:>9.2f}{row['shipping']:>9.2f}{row['gross']:>10.2f}"
        for name, row in sorted(found.customers().items())
    ]


def call(house: House, token: str, path: str, body: bytes | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{house.port}{path}", body, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
