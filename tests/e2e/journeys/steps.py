"""What every journey in the browser does again and again."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def open_flow(page: Page, name: str) -> None:
    page.goto("/admin/templates_app/flowprototype/")
    follow(page, name)


def create_variant(page: Page, name: str) -> None:
    """Of the template whose page is open."""
    follow(page, "Create variant")
    page.get_by_label("Name").fill(name)
    press(page, "Create variant")
    expect(page.get_by_text(f"Variant {name} of")).to_be_visible()


def see_end(page: Page, status: str) -> None:
    """The page of a job follows it by itself."""
    expect(page.locator("h1")).to_contain_text(status)
