from __future__ import annotations

from templates_app import catalog
from tests.hazards.routines import Work


class Newer(Work):
    """The older code does not know it."""


catalog.register("newer_work", Newer)
