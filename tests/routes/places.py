"""Every route in each of the forms in which there is something at it."""

from __future__ import annotations

from tests.routes.conf import Route, routes
from tests.routes.filling import variants


def name_of(route: Route, variant: str) -> str:
    return f"{route.id} {variant}".strip()


PLACES = [(route, variant) for route in routes() for variant in variants(route)]
NAMES = [name_of(*place) for place in PLACES]
