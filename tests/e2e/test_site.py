from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_it_shows_the_api_without_breaking_the_policy(page: Page) -> None:
    page.goto("/api/docs")
    expect(page.locator(".swagger-ui .info .title")).to_contain_text("Routilux")


def test_it_logs_an_operator_in(page_of_bob: Page) -> None:
    page_of_bob.goto("/admin/")
    expect(page_of_bob.get_by_role("link", name="Routilux")).to_be_visible()


@pytest.mark.parametrize("path", ["/admin/", "/admin/auth/user/", "/admin/auth/user/add/", "/admin/auth/group/add/"])
def test_it_shows_the_admin_without_breaking_the_policy(page_of_bob: Page, bob: User, path: str) -> None:
    bob.user_permissions.add(*Permission.objects.filter(content_type__app_label="auth"))
    answer = page_of_bob.goto(path)
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_system_in_light_and_dark(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto("/login/")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(18, 23, 29)" if scheme == "dark" else "rgb(255, 255, 255)")


def test_it_fits_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/login/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_it_can_be_walked_by_keyboard(page_of_bob: Page) -> None:
    # Not the login page: its name field takes the focus at a moment of the browser's choosing.
    page_of_bob.goto("/jobs/")
    page_of_bob.keyboard.press("Tab")
    expect(page_of_bob.get_by_role("link", name="Skip to main content")).to_be_focused()
    page_of_bob.keyboard.press("Enter")
    expect(page_of_bob.locator("main")).to_be_focused()


def test_it_puts_the_cursor_where_the_name_goes(page: Page) -> None:
    page.goto("/login/")
    expect(page.get_by_label("Name")).to_be_focused()
