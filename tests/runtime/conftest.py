from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _runs_jobs(engine: None) -> None:
    """Every test of this folder does."""
