"""Follows links from the first page until every page of the URLconf has been seen once, by a superuser, in a browser.

The `page` fixture fails the test when any of them breaks the content security policy or its scripts.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Page

from templates_app.models import Prototype
from tests.routes.world import furnish, job

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("engine")]

# No page of its own: data, files, and what only a form leads to.
NOT_PAGES = {"healthz", "readyz", "schema", "logout", "admin:logout", "admin:autocomplete"}
NOT_PAGES |= {"search-json", "templates:patch", "templates:differences", "templates:revision-file"}
NOT_PAGES |= {"jobs:part", "jobs:item", "jobs:step-part", "jobs:save-view", "jobs:delete-view"}
NOT_PAGES |= {"admin:jsi18n", "admin:view_on_site", "admin:login"}
#: What a link leads to only from where it makes sense.
VERBS = ("variant", "duplicate", "promote", "detach", "reset", "rebase", "rule", "fields", "archive")
START = ["/", "/login/", "/api/docs", "/admin/", "/jobs/", "/jobs/trigger/", "/jobs/bulk/retry/"]


@pytest.fixture
def furnished(transactional_db: None) -> None:
    """Something of every kind, so that every page has something to show."""
    furnish()


def test_it_breaks_no_policy_on_any_page(page: Page, furnished: None) -> None:
    page.goto("/login/")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("ada")
    page.get_by_role("button", name="Log in").click()

    failed = job("failed").get_absolute_url()
    seen = crawl(page, [*START, failed, *verbs("orders-express"), *verbs("shipping-express")])

    assert {name for name in names(get_resolver()) if is_page(name)} - seen == set()


def verbs(name: str) -> list[str]:
    change = Prototype.objects.get(name=name).get_absolute_url()
    return [f"{change.removesuffix('change/')}{verb}/" for verb in VERBS]


def crawl(page: Page, waiting: list[str]) -> set[str]:
    """Open one page of each name; returns the names."""
    seen = set[str]()
    while waiting:
        path = waiting.pop(0)
        name = name_of(path)
        if name is None or name in seen or not is_page(name):
            continue
        seen.add(name)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {200, 403}, path
        waiting += [urlsplit(href)._replace(scheme="", netloc="", fragment="").geturl() for href in links(page)]
    return seen


def links(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), location).href)"
        ".filter(href => href.startsWith(location.origin + '/'))"
    )
    return found


def name_of(path: str) -> str | None:
    try:
        return resolve(urlsplit(path).path).view_name or None
    except Resolver404:
        return None


def is_page(name: str) -> bool:
    """Pages that exist only to refuse (adding or deleting what only the engine writes) need no link."""
    if name in NOT_PAGES or name.startswith("api:") or "api-v1" in name:
        return False
    return not name.endswith(("_delete", "_add", "password_change", "password_change_done", "app_list", "_history"))


def names(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield ":".join((*spaces, pattern.name))
        else:
            yield from names(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)
