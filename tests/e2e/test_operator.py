"""The operator's journey, without a line of Python: web server, cluster and browser, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.house import House, a_house, free_port

pytestmark = pytest.mark.e2e

USER = """
from django.contrib.auth.models import User
User.objects.create_superuser("bob", "bob@example.org", "bob")
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


@pytest.fixture(params=[True, False], ids=["scripts", "plain"])
def page(request: pytest.FixtureRequest, browser: Browser, house: House) -> Iterator[Page]:
    context = browser.new_context(base_url=f"http://127.0.0.1:{house.port}", java_script_enabled=request.param)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/login/?next=/admin/templates_app/flowprototype/")
    page.get_by_label("Name").fill("bob")
    page.get_by_label("Password").fill("bob")
    page.get_by_role("button", name="Log in").click()
    yield page
    context.close()
    assert complaints == []


def test_it_goes_from_a_variant_to_a_promoted_value(page: Page, request: pytest.FixtureRequest) -> None:
    name = f"orders-{request.node.callspec.id}"
    workers = str(len(name))  # the house is shared: what one journey promotes, the other has to override
    create_variant(page, name)
    override_after_preview(page, workers)
    run(page, name)
    compare_with_parent(page, name, workers)
    promote(page, name)


def create_variant(page: Page, name: str) -> None:
    page.get_by_role("link", name="orders", exact=True).first.click()
    page.get_by_role("link", name="Create variant").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create variant").click()
    expect(page.get_by_text(f"Variant {name} of ‘orders’ was created.")).to_be_visible()


def override_after_preview(page: Page, workers: str) -> None:
    page.get_by_label("Max workers").fill(workers)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="What this would change")).to_be_visible()
    expect(page.locator(".rtx-impact")).to_contain_text("max_workers")
    expect(page.get_by_label("Max workers")).to_have_value(workers)
    page.get_by_role("button", name="Save and change what is listed").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def run(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    page.get_by_role("link", name="Run", exact=True).click()
    page.get_by_role("button", name="Start").click()
    for _ in range(60):
        if "Completed" in (page.locator("h1").text_content() or ""):
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator("h1")).to_contain_text("Completed")


def compare_with_parent(page: Page, name: str, workers: str) -> None:
    page.goto("/admin/templates_app/flowprototype/")
    page.get_by_role("link", name=name, exact=True).first.click()
    page.get_by_role("link", name="Compare with parent").click()
    expect(page.get_by_role("row", name="max_workers")).to_contain_text(workers)
    page.go_back()


def promote(page: Page, name: str) -> None:
    page.get_by_role("link", name="Promote", exact=True).click()
    page.get_by_label("max_workers").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".rtx-impact")).to_contain_text("orders-express")
    page.get_by_role("button", name="Promote to ‘orders’").first.click()
    expect(page.get_by_text("Promoted to orders")).to_be_visible()
    page.get_by_role("link", name="Fields and layers").click()
    expect(page.get_by_role("row", name="max_workers").first).to_contain_text("inherited")
