from __future__ import annotations

import pytest


@pytest.fixture
def engine(transactional_db: None, settings: pytest.FixtureRequest) -> None:
    """Sessions use connections of their own, so rows must be committed; and a test need not linger."""
    settings.ROUTILUX = {**settings.ROUTILUX, "LINGER": 0.0, "THREADS": 4}  # type: ignore[attr-defined]
