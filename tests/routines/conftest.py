from __future__ import annotations

import pytest

from templates_app import catalog
from templates_app.routines import error_handler


@pytest.fixture(autouse=True)
def own_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    monkeypatch.setattr(catalog, "_entries", dict(catalog._entries))
    monkeypatch.setattr(catalog, "_logics", dict(catalog._logics))
    monkeypatch.setattr(error_handler, "_exceptions", dict(error_handler._exceptions))
