"""The routines that come with the house, by the names they are registered under."""

from __future__ import annotations

from templates_app.routines.routine import Routine

BUILTINS: dict[str, type[Routine]] = {}
CATEGORIES: dict[str, str] = {}
