"""How the hot tables are stored.

Rows of steps and jobs are updated a few times within seconds of their birth and then never again: room on the page
keeps the new version near the old one, and vacuum must come by count of rows, not by a share of a growing table, or
dead index entries would pile up where the claim looks.
"""

from __future__ import annotations

from django.db import migrations

HOT = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 1"
# Few rows, rewritten all the time.
CHURNED = "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_cost_delay = 0"
TABLES = {
    "jobs_activation": f"fillfactor = 80, {HOT}",
    "jobs_job": f"fillfactor = 80, {HOT}",
    "jobs_item": f"fillfactor = 95, {HOT}",
    "jobs_session": f"fillfactor = 50, {CHURNED}",
    "jobs_cluster": f"fillfactor = 50, {CHURNED}",
    "jobs_ticket": f"fillfactor = 70, {CHURNED}",
}


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial")]
    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET ({options})", f"ALTER TABLE {table} RESET (fillfactor)")
        for table, options in TABLES.items()
    ]
