"""Webhooks, as far as the Runtime has to know of them: is there something to read or to send, and who does it."""

from __future__ import annotations

from jobs.runtime.store.link import Link, run

# The table of webhooks is asked first: without an enabled one, nothing else is looked at.
CALL = """
UPDATE jobs_outbox o SET busy_until = clock_timestamp() + interval '5 seconds'
WHERE EXISTS (SELECT 1 FROM jobs_webhook WHERE enabled) AND o.busy_until <= clock_timestamp()
  AND (o.event_id < (SELECT max(id) FROM jobs_jobevent)
       OR jsonb_array_length(o.gaps) > 0
       OR EXISTS (SELECT 1 FROM jobs_webhookdelivery d JOIN jobs_webhook w ON w.id = d.webhook_id AND w.enabled
                  WHERE d.status = 'pending' AND d.due_at <= clock_timestamp()))
"""
# The transactions that are under way, by number: all below the first are over; the second is what the next one gets.
MOMENT = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
       extract(epoch FROM clock_timestamp())::float8
"""


def call_for_sender(link: Link) -> bool:
    """Is a sender wanted that nobody has called yet? Whoever gets True calls one."""
    return run(link, CALL).rowcount == 1


def moment(link: Link) -> tuple[int, int, float]:
    oldest, newest, now = run(link, MOMENT).fetchone() or (0, 0, 0.0)
    return oldest, newest, now
