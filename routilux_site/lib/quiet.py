"""Whether a connection to Postgres can be used, without asking over it."""

from __future__ import annotations

import select
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus


def is_quiet(connection: psycopg.Connection[Any]) -> bool:
    """Idle, and nothing to read: a server that ended the connection, or went down, would have said so. False says only
    that one has to ask."""
    if connection.closed or connection.pgconn.transaction_status != TransactionStatus.IDLE:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
