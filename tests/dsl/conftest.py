from __future__ import annotations

from tests.templates_app.routines import register_all

register_all()  # before the test database is made, so that migrating it makes their root prototypes
