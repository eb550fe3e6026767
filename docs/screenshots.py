"""Takes the pictures of the documentation from a real run of the sample: `python -m docs.screenshots`.

Starts the whole stack in ROUTILUX_HOME, runs the flow `orders` twice, once so that it fails, and stops everything
again. Needs Chromium. docs/pages.md shows them all.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from docs.generate import ROOT

IMAGES = ROOT / "docs" / "images"
#: Pages whose address is known beforehand; those of jobs and templates are found when they are there.
PAGES = {
    "dashboard": "/jobs/dashboard/",
    "jobs": "/jobs/",
    "errors": "/jobs/errors/",
    "trigger": "/jobs/trigger/orders/",
    "dry-run": "/jobs/dry-run/orders/",
    "revisions": "/templates/orders-express/revisions/",
    "compare": "/templates/compare/?a=orders&b=orders-express",
    "flows": "/admin/templates_app/flowprototype/",
    "api": "/api/docs",
}
OPTIONS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
WIDTH, HEIGHT = 1280, 900


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    django.setup()
    from routilux_site import postgres, stack
    from routilux_site.preparation import prepare

    found_running = postgres.is_running()
    try:
        user = prepare(lambda line: None)
        with stack.running():
            _take({**_run_samples(user), **_template_pages(), **PAGES}, stack.base_url(), _session(user))
    finally:
        if not found_running:
            postgres.stop()


def _run_samples(user: Any) -> dict[str, str]:
    """Run `orders` through the API, as `make demo` does, and once with a file that is not there."""
    from jobs.access import create_token, revoke_token
    from routilux_site import stack
    from routilux_site.demo import Client, follow

    issued = create_token(user=user, name="screenshots", days=1)
    client = Client(stack.base_url(), issued.text)
    pages: dict[str, str] = {}
    for name, upload in (("job", "orders.csv"), ("failed-job", "no-such-file.csv")):
        accepted = client.trigger("orders", {"upload": upload})
        follow(client, accepted["id"], show=lambda line: None, between=lambda: None)
        pages[name] = str(accepted["links"]["page"])
    revoke_token(token=issued.token)
    return {**pages, "why": f"{pages['failed-job']}why/", "step": _failed_step(pages["failed-job"])}


def _failed_step(page: str) -> str:
    from jobs.models import Activation

    step = Activation.objects.filter(status="failed").latest("id")
    return f"{page}steps/{step.pk}/"


def _template_pages() -> dict[str, str]:
    from templates_app.models import FlowPrototype

    flow, variant = (FlowPrototype.objects.get(name=name).get_absolute_url() for name in ("orders", "orders-express"))
    verbs = {name: f"{variant.removesuffix('change/')}{name}/" for name in ("fields", "promote")}
    return {"flow": flow, "variant": variant, **verbs}


def _session(user: Any) -> str:
    """A logged-in session, made without a password."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _take(addresses: dict[str, str], base: str, session: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    with _browser() as browser:
        context = browser.new_context(base_url=base, viewport={"width": WIDTH, "height": HEIGHT})
        context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
        page = context.new_page()
        for name, address in addresses.items():
            page.goto(address)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=IMAGES / f"{name}.png")
            sys.stdout.write(f"docs/images/{name}.png\n")


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
