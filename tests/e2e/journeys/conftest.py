"""One house for all journeys: web server, cluster and people, as they are in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.house import House, a_house, free_port
from tests.webhooks.listener import Listener, a_listener

PEOPLE = """
from django.contrib.auth.models import Permission, User

for name, apps in {"alice": ["templates_app"], "bob": ["templates_app", "jobs"]}.items():
    user = User.objects.create_user(name, f"{name}@example.org", name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=apps))
make_flow("deliver", {"read": "read_csv", "send": "test_pass"}, ["read.row send.input"], entry="read.input")
"""
PATIENCE = 60_000  #: milliseconds; only what never comes about waits so long

LogIn = Callable[[str], Page]


@pytest.fixture(scope="package")
def listener() -> Iterator[Listener]:
    with a_listener() as listener:
        yield listener


@pytest.fixture(scope="package")
def house(listener: Listener) -> Iterator[House]:
    with a_house(PORT=free_port(), WEB_HOST="127.0.0.1", ROUTILUX_WEBHOOK_ALLOWED=listener.place) as house:
        house.build(PEOPLE)
        with house.running("serve"), house.runtime():
            house.wait(house.answers, "the web server")
            yield house


@pytest.fixture
def log_in(browser: Browser, house: House) -> Iterator[LogIn]:
    """A page of the admin for somebody; fails the test when the browser complains about any page on the way."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{house.port}")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def log_in(name: str) -> Page:
        page.goto("/login/?next=/admin/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(name)
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("Log out").first.wait_for()
        return page

    yield log_in
    context.close()
    assert complaints == []
