"""Writes tests/api/openapi.snapshot.yaml: `python -m tests.api.snapshot`."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

SNAPSHOT = Path(__file__).with_name("openapi.snapshot.yaml")


def rendered() -> str:
    """The OpenAPI document of the project, valid and without warnings."""
    from django.core.management import call_command

    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    import django

    django.setup()
    SNAPSHOT.write_text(rendered(), encoding="utf-8")
    print(f"Wrote {SNAPSHOT.name}.")  # noqa: T201 - a command talks


if __name__ == "__main__":
    main()
