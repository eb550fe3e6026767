"""What the work stands on: the database, its schema, the checks of Django and ours, and how the database does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.core import checks
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations import executor as executing

from jobs.doctor.findings import Finding
from jobs.runtime.store.health import dead_rows, oldest_snapshot_seconds
from jobs.runtime.store.link import django_link

Facts = dict[str, Any]
#: A snapshot older than this keeps dead rows alive that every claim has to step over.
LONGEST_SNAPSHOT: Final = 300.0


def database(facts: Facts) -> Iterator[Finding]:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        connection.ensure_connection()
    except (Error, OSError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        remedy = "Start Postgres, or mend DATABASE_URL; without it the embedded one starts by itself."
        yield Finding("no-database", "database", f"It cannot be reached: {reason}.", remedy)
        return
    version = connection.pg_version  # type: ignore[attr-defined]
    facts["database"] = {"version": f"{version // 10000}.{version % 10000}", "name": connection.settings_dict["NAME"]}


def migrations(facts: Facts) -> Iterator[Finding]:
    executor = executing.MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    missing = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    facts["missing_migrations"] = missing
    if missing:
        fact = f"Not applied: {', '.join(missing)}."
        yield Finding("not-migrated", "migrations", fact, "Run `manage.py migrate`.")


def system_checks(facts: Facts) -> Iterator[Finding]:
    """Those of Django, of the settings and of the templates: an invalid flow is one of them."""
    for message in checks.run_checks(databases=[DEFAULT_DB_ALIAS]):
        if message.level >= checks.WARNING and not message.is_silenced():
            place = str(message.obj) if message.obj else "check"
            yield Finding(str(message.id), place, str(message.msg), str(message.hint or "See `manage.py check`."))


def snapshot(facts: Facts) -> Iterator[Finding]:
    age = oldest_snapshot_seconds(django_link())
    facts["oldest_snapshot_seconds"] = age
    if age is not None and age > LONGEST_SNAPSHOT:
        fact = f"A transaction has kept its snapshot for {age:.0f} s, and with it every row version since."
        remedy = "Find it in pg_stat_activity by its xact_start, and end it with pg_terminate_backend."
        yield Finding("old-snapshot", "database", fact, remedy)


def dead(facts: Facts) -> Iterator[Finding]:
    rows = dead_rows(django_link())
    facts["dead_rows"] = {row.table: row.dead for row in rows}
    for row in rows:
        if row.is_much:
            fact = f"{row.dead} dead rows beside {row.live} live ones slow each look at it down."
            remedy = f"End old transactions, see that autovacuum runs, or run VACUUM {row.table}."
            yield Finding("dead-rows", f"table {row.table}", fact, remedy)


Part = Callable[[Facts], Iterator[Finding]]
FIRST: Final[tuple[Part, ...]] = (database, migrations)
PARTS: Final[tuple[Part, ...]] = (system_checks, snapshot, dead)
