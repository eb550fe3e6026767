"""Whose fault was it? A routine is not judged for a host that lacks its code, or for a database that went away."""

from __future__ import annotations

from typing import Final

import psycopg
from django.db import InterfaceError, OperationalError, connections

from jobs.runtime.finished import HAND_ON_AT_MOST, Finished
from jobs.runtime.judge import judge
from jobs.runtime.store.link import is_broken
from routilux_site.lib.errors import RoutiluxError
from templates_app import catalog

_LOST: Final = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


def is_missing_here(finished: Finished) -> bool:
    """Does this host lack the code of the node? In a rolling deploy another may have it: the step is handed on."""
    why = "" if finished.step.attempt >= HAND_ON_AT_MOST else _what_is_missing(finished)
    if why:
        finished.hand_on(f"this host lacks its code: {why}")
    return bool(why)


def _what_is_missing(finished: Finished) -> str:
    node = finished.program.spec.nodes[finished.step.node]
    try:
        catalog.get(node.class_key)
        if node.logic:
            catalog.logic(node.logic)
    except RoutiluxError as error:
        return error.message
    return ""


def blame(finished: Finished, error: BaseException) -> None:
    """Judge a routine for what it raised, unless our own database went away beneath it: then the step runs again."""
    if finished.step.attempt < HAND_ON_AT_MOST and _database_went_away(error):
        finished.hand_on("the database went away while the step ran")
    else:
        judge(finished, error)


def _database_went_away(error: BaseException) -> bool:
    """True for an error of this thread's own connection to our database, and only when that connection is dead."""
    if not isinstance(error, _LOST):
        return False
    link = connections["default"].connection
    if link is None:  # it could not be opened; an error that Django did not wrap is of a stranger's connection
        return isinstance(error, OperationalError | InterfaceError)
    return is_broken(link)
