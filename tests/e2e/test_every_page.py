"""Every page of the URLconf, each in all its variants: for everybody, in light and dark, wide and narrow.

A new page is taken in by itself. What it has to show comes from tests/routes/world.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import User
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from tests.pages.reading import session_of
from tests.routes.conf import Route
from tests.routes.filling import address
from tests.routes.places import PLACES, name_of
from tests.routes.world import a_world

# Each test is rolled back; the world is committed, and outlives them.
pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL: dict[str, Any] = {"runOnly": TAGS, "rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
#: The rules that another colour scheme can break.
COLOURS: dict[str, Any] = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 900}
# The first is a copy in a document of ours that shows nothing of itself without scripts.
ELSEWHERE = [["#swagger-ui"]]
PAGES = [place for place in PLACES if not place[0].is_api]
NAMES = [name_of(*place) for place in PAGES]
REPORT = """async ([options, without]) => {
    await Promise.all(document.getAnimations().map(one => one.finished));
    const found = await axe.run({exclude: without}, options);
    return found.violations.map(rule => [rule.id, ...rule.nodes.slice(0, 3).map(
        node => `${node.html.slice(0, 200)} ${node.any[0]?.message ?? ""}`
    )]);
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Page]:
    """One page for all: what it leaves behind is only its cookies."""
    with django_db_blocker.unblock(), a_world():
        server = LiveServer("127.0.0.1")
        context = browser.new_context(base_url=server.url, viewport=WIDE, reduced_motion="reduce")
        session = session_of(User.objects.get(username="ada"))
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
        # Evaluated by the debugger, so that the policy of the pages holds as it does for everybody.
        context.add_init_script(AXE_SCRIPT)
        yield context.new_page()
        context.close()
        server.stop()


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            found.append(message.text)

    def fail(error: Exception) -> None:
        found.append(str(error))

    page.on("console", listen)
    page.on("pageerror", fail)
    yield found
    page.remove_listener("console", listen)
    page.remove_listener("pageerror", fail)


@pytest.mark.parametrize(("route", "variant"), PAGES, ids=NAMES)
def test_it_is_for_everybody(page: Page, complaints: list[str], route: Route, variant: str) -> None:
    path = address(route, variant)
    if not is_page(page, path):
        return
    page.set_viewport_size(WIDE)
    page.goto(path)
    assert complaints == []  # before axe comes, which breaks the policy itself

    found = {look: check(page) for look, check in LOOKS.items()}
    assert {look: wrong for look, wrong in found.items() if wrong} == {}


def is_page(page: Page, path: str) -> bool:
    """Data, files, ways to other pages, and what only takes a form are none."""
    answer = page.request.get(path, max_redirects=0)
    assert answer.status in {200, 302, 403, 404, 405, 503}, f"{path}: {answer.status}"
    return answer.headers.get("content-type", "").startswith("text/html") and answer.status not in {302, 405}


def axe(page: Page, options: dict[str, Any]) -> Any:
    return page.evaluate(REPORT, [options, ELSEWHERE])


def wide_and_light(page: Page) -> Any:
    page.emulate_media(color_scheme="light")
    return axe(page, ALL)


def wide_and_dark(page: Page) -> Any:
    page.emulate_media(color_scheme="dark")
    return axe(page, COLOURS)


def narrow_and_dark(page: Page) -> Any:
    page.set_viewport_size(NARROW)
    return [*axe(page, ALL), *too_wide(page)]


def narrow_and_light(page: Page) -> Any:
    page.emulate_media(color_scheme="light")
    return axe(page, COLOURS)


def too_wide(page: Page) -> list[str]:
    width = page.evaluate("document.documentElement.scrollWidth")
    return [f"scrolls sideways: {width} px"] if width > NARROW["width"] else []


LOOKS = {look.__name__: look for look in (wide_and_light, wide_and_dark, narrow_and_dark, narrow_and_light)}
