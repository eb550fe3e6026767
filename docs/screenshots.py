"""Takes the pictures of the documentation from a real run of the sample: `python -m docs.screenshots`.

Starts the whole stack in ROUTILUX_HOME, runs the flow `orders`, and stops everything again. Needs Chromium.
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
OPTIONS = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"]
WIDTH, HEIGHT = 1600, 1000


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
            addresses = {"job": _run_sample(user), "flow": _flow_page(), "jobs": "/jobs/"}
            _take(addresses, stack.base_url(), _session(user))
    finally:
        if not found_running:
            postgres.stop()


def _run_sample(user: Any) -> str:
    """Run `orders` through the API, as `make demo` does; returns the address of the job's page."""
    from jobs.access import create_token, revoke_token
    from routilux_site import stack
    from routilux_site.demo import Client, follow

    issued = create_token(user=user, name="screenshots", days=1)
    client = Client(stack.base_url(), issued.text)
    accepted = client.trigger("orders", {"upload": "orders.csv"})
    follow(client, accepted["id"], show=lambda line: None, between=lambda: None)
    revoke_token(token=issued.token)
    return str(accepted["links"]["page"])


def _flow_page() -> str:
    from templates_app.models import FlowPrototype

    return str(FlowPrototype.objects.get(name="orders").get_absolute_url())


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
