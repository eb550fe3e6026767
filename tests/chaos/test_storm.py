"""A short storm, so that what `make chaos` does for long is done by every run of the suite, too."""

from __future__ import annotations

import pytest

from tests.chaos.arena import an_arena
from tests.chaos.storm import figures, look_around, rage

pytestmark = [pytest.mark.kill, pytest.mark.xdist_group("storm")]

#: With poison among the first jobs, a cluster, a main process, a freeze, a stall, a reset and a crash among the faults.
SEED, FAULTS = 115, 25


def test_it_loses_nothing_in_a_short_storm() -> None:
    with an_arena(seed=SEED) as arena:
        arena.longest_outage = 2.0
        arena.begin()
        rage(arena, goes_on=lambda number: number < FAULTS, pause=0.5)
        after = look_around(arena)
        found = figures(arena, after, minutes=0)

    assert (after.lost, after.stuck, after.violations) == ([], [], {})
    assert found["kills"] > 5
    assert all(found[what] for what in ("database_crashes", "network_faults", "poison", "template_edits"))
