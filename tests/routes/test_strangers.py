"""Nobody, charlie and charlie's token, at every address, with every method: whatever is not said to be open is shut."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.access import create_token
from jobs.models import Job, JobEvent
from templates_app.models import Prototype, Revision
from tests.routes.conf import METHODS, Route, routes
from tests.routes.filling import address, variants

# One worker makes the world, not all of them.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("routes"), pytest.mark.usefixtures("world")]

#: What everybody may open, and why; a new line here is a decision.
OPEN = {
    "healthz": "a probe of machines",
    "readyz": "a probe of machines; reasons are for staff",
    "login": "the door itself",
    "logout": "leaves",
    "admin:login": "the door itself",
    "admin:logout": "leaves",
    "schema": "describes the API, and holds no data",
    "api-docs": "shows the schema",
    "home": "leads to the list of jobs",
}
#: What everybody who has logged in may open: it shows them what is theirs, which is nothing.
OF_ONES_OWN = {
    "jobs:list": "one's own jobs",
    "jobs:errors": "errors of one's own jobs",
    "jobs:compare": "a form for ids; jobs of others are not found",
    "jobs:save-view": "one's own filters of the list",
    "search": "finds what one may see",
    "search-json": "finds what one may see",
    "help": "keys and words, no data",
}
#: 405: nothing answers to this method at all.
SHUT = {401, 403, 404, 405}
ROUTES = [route for route in routes() if route.id not in OPEN]
WAYS = pytest.mark.parametrize("route", ROUTES, ids=[route.id for route in ROUTES])


def nobody() -> Client:
    return Client()


def charlie() -> Client:
    client = Client()
    client.force_login(User.objects.get(username="charlie"))
    return client


def token() -> Client:
    issued = create_token(user=User.objects.get(username="charlie"), name="mine")
    return Client(headers={"Authorization": f"Bearer {issued.text}"})


@WAYS
@pytest.mark.parametrize("who", [nobody, charlie, token], ids=lambda who: who.__name__)
def test_it_is_shut_for_strangers(who: Callable[[], Client], route: Route) -> None:
    client, before = who(), everything()
    path = address(route, variants(route)[0])  # jobs are of others

    found = {method: way_in(client, method, path) for method in METHODS}

    assert {method: answer for method, answer in found.items() if answer and not is_own(who, route, answer)} == {}
    assert everything() == before


@pytest.mark.parametrize("name", sorted({**OPEN, **OF_ONES_OWN}))
def test_it_names_only_what_there_is(name: str) -> None:
    assert name in {route.id for route in routes()}


@pytest.mark.parametrize("path", ["/search/", "/search.json"])
def test_it_finds_nothing_of_others(path: str) -> None:
    pieces = [str(job.pk)[:13] for job in Job.objects.all()]

    for words in ("orders", "ship", *pieces):
        found = charlie().get(path, {"q": words}).content.decode()
        assert "orders-express" not in found and "shipping" not in found
        assert not any(f"/jobs/{piece}" in found for piece in pieces)


def way_in(client: Client, method: str, path: str) -> str:
    """Empty when the door is shut: refused, nothing there, or sent to the login."""
    answer = client.generic(method.upper(), path, content_type="application/json")
    if answer.status_code in SHUT:
        return ""
    place = answer.headers.get("Location", "")
    if answer.status_code == 302 and place.split("?")[0] in {"/login/", "/admin/login/"}:
        return ""
    return f"{answer.status_code} {place}".strip()


def is_own(who: Callable[[], Client], route: Route, answer: str) -> bool:
    return who is charlie and route.id in OF_ONES_OWN and answer.startswith(("200", "302 /jobs/?"))


def everything() -> list[int]:
    """What no stranger can change."""
    return [model._default_manager.count() for model in (Job, JobEvent, Prototype, Revision, User)]
