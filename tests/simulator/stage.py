"""Where the model stands in for SQL: one job at a time is on stage, and the functions of the store are that job's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from typing import Any
from unittest.mock import patch

from jobs.runtime import committer, joint, routing
from jobs.runtime import fuse as fusing
from tests.simulator.store import Store

#: Functions of jobs.runtime.store that the model stands for, wherever they are imported.
SQL = (
    "lock_job",
    "commit",
    "promote",
    "save_state",
    "save_times",
    "end_job",
    "save_wait",
    "pause_child",
    "complete",
    "hold_back",
)
PLACES = (joint, routing, committer)


class Stage:
    def __init__(self, store: Store) -> None:
        self.store = store

    @contextmanager
    def given_to(self, store: Store) -> Iterator[None]:
        """To another job, for a while."""
        before, self.store = self.store, store
        yield
        self.store = before

    @contextmanager
    def in_place_of_sql(self) -> Iterator[None]:
        endless = patch.object(fusing, "AT_MOST_SECONDS", float("inf"))  # else it would depend on the machine's clock
        with ExitStack() as patches:
            patches.enter_context(endless)
            for place, name in product(PLACES, SQL):
                if hasattr(place, name):
                    patches.enter_context(patch.object(place, name, self._plays(name)))
            yield

    def _plays(self, name: str) -> Callable[..., Any]:
        return lambda *args, **words: getattr(self.store, name)(*args, **words)
