"""A connection that nothing speaks against need not be asked."""

from __future__ import annotations

import pytest
from django.core.signals import request_started
from django.db import connection

from jobs.runtime.store import door
from jobs.runtime.store.link import open_link
from routilux_site.lib.quiet import is_quiet

pytestmark = pytest.mark.django_db(transaction=True)
END = "SELECT pg_terminate_backend(%s, 5000)"


def test_it_takes_an_idle_connection_as_it_is() -> None:
    with open_link("test") as link:
        assert is_quiet(link)


def test_it_doubts_a_connection_in_a_transaction_and_a_closed_one() -> None:
    with open_link("test") as link:
        link.execute("BEGIN")
        assert not is_quiet(link)
        link.close()
        assert not is_quiet(link)


def test_it_notices_that_the_server_ended_the_connection() -> None:
    with open_link("victim") as victim, open_link("killer") as killer:
        killer.execute(END, (victim.info.backend_pid,))

        assert not is_quiet(victim)


def test_a_request_opens_another_connection_then() -> None:
    assert door.flow_of("nowhere") is None
    with open_link("killer") as killer:
        killer.execute(END, (connection.connection.info.backend_pid,))

    request_started.send(object)
    assert door.flow_of("nowhere") is None
