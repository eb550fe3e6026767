"""The pages of templates in the admin fit a narrow screen, and every control has a name."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from samples.load import load
from templates_app import services
from templates_app.models import FlowPrototype, Prototype

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PAGES = ["change", "fields", "promote", "detach", "rule", "variant"]
NAMELESS = """[...document.querySelectorAll("input:not([type=hidden]), select, textarea")].filter(one =>
    !one.labels?.length && !one.ariaLabel && !one.getAttribute("aria-labelledby") && one.type !== "submit"
).map(one => one.outerHTML)"""


@pytest.fixture
def variant(bob: User) -> FlowPrototype:
    list(load())
    orders = FlowPrototype.objects.get(name="orders")
    services.duplicate(orders, name="orders-copy", overrides={"settings": {"timeout": 9}})
    return services.create_variant(orders, name="orders-narrow", overrides={"settings": {"max_workers": 2}})


def address(prototype: Prototype, page: str) -> str:
    return f"{prototype.get_absolute_url().removesuffix('change/')}{page}/"


def check(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(NAMELESS) == []


def test_it_fits_a_narrow_screen_and_names_its_controls(page_of_bob: Page, variant: FlowPrototype) -> None:
    page_of_bob.set_viewport_size({"width": 320, "height": 640})
    for name in PAGES:
        page_of_bob.goto(address(variant, name))
        check(page_of_bob)
    for path in ("/admin/", "/admin/templates_app/flowprototype/", "/admin/templates_app/routineprototype/"):
        page_of_bob.goto(path)
        check(page_of_bob)


def test_it_shows_a_wide_flow_so_that_it_can_be_read(page_of_bob: Page, variant: FlowPrototype) -> None:
    page_of_bob.goto(variant.get_absolute_url())

    heights = "[...document.querySelectorAll('.fg-name')].map(name => name.getBoundingClientRect().height)"
    assert min(page_of_bob.evaluate(heights)) > 9
    assert page_of_bob.evaluate("document.documentElement.scrollWidth") <= 1280


def test_it_shows_the_impact_of_a_flow_with_rows(page_of_bob: Page, variant: FlowPrototype) -> None:
    assert variant.parent is not None
    page_of_bob.set_viewport_size({"width": 320, "height": 640})
    page_of_bob.goto(variant.parent.get_absolute_url())
    page_of_bob.get_by_label("Max workers").fill("5")
    page_of_bob.get_by_role("button", name="Save", exact=True).click()
    expect(page_of_bob.get_by_role("heading", name="Override it and stay as they are")).to_be_visible()
    check(page_of_bob)
    page_of_bob.get_by_role("button", name="Save and change what is listed").click()
    expect(page_of_bob.get_by_text("was changed successfully")).to_be_visible()


def test_it_rebases_by_keyboard(page_of_bob: Page, variant: FlowPrototype) -> None:
    orders, copy = variant.parent, FlowPrototype.objects.get(name="orders-copy")
    assert orders is not None
    services.promote(variant, paths=["max_workers"])
    page_of_bob.goto(address(copy, "rebase"))
    page_of_bob.get_by_label("Take theirs for max_workers").focus()
    page_of_bob.keyboard.press("Space")
    page_of_bob.get_by_role("button", name="Preview").press("Enter")
    page_of_bob.get_by_role("button", name="Rebase on ‘orders’").first.press("Enter")
    expect(page_of_bob.get_by_text("‘orders-copy’ was rebased on orders.")).to_be_visible()
