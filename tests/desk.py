"""A resident client of a house: it does what a web worker would do, one line of JSON at a time (python -m tests.desk).

A request that fails is answered with its error; the client may ask again with the same idempotency key.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from subprocess import PIPE
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.house import House


class DeskError(Exception):
    """The request did not succeed, or its success is not known."""


class Desk:
    """The client's side."""

    def __init__(self, house: House, **environment: str) -> None:
        self._process = house.start("-m", "tests.desk", environment=environment, stdin=PIPE, stdout=PIPE)
        self._mutex = Lock()

    def ask(self, do: str, **words: Any) -> Any:
        with self._mutex:
            self._process.stdin.write(json.dumps({"do": do, **words}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        answer = json.loads(line or '{"error": "the desk died"}')
        if "error" in answer:
            raise DeskError(answer["error"])
        return answer["value"]

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def _trigger(flow: str, input: Any, key: str | None = None) -> str:
    from jobs.services import Launch, trigger
    from templates_app.models import FlowPrototype

    prototype = FlowPrototype.objects.get(name=flow)
    return str(trigger(flow=prototype, launch=Launch(input=input, idempotency_key=key)).job.pk)


def _control(verb: str) -> Callable[..., None]:
    def call(job: str) -> None:
        from jobs import services
        from jobs.models import Job

        getattr(services, verb)(job=Job.objects.get(pk=job))

    return call


def _post(job: str, node: str, slot: str, payload: dict[str, Any]) -> None:
    from jobs.models import Job
    from jobs.services import post_item
    from templates_app.spec import Port

    post_item(job=Job.objects.get(pk=job), port=Port(node, slot), payload=payload)


def _edit(routine: str, config: dict[str, Any]) -> None:
    from templates_app.models import RoutinePrototype
    from templates_app.services import update_routine

    prototype = RoutinePrototype.objects.get(name=routine)
    update_routine(prototype, own={**prototype.own, "config": config}, version=prototype.version)


def _anatomy() -> list[dict[str, Any]]:
    """Which process of which cluster does what, as django-q2 tells it."""
    from django_q.status import Stat

    return [
        {"sentinel": s.sentinel, "pusher": s.pusher, "monitor": s.monitor, "workers": s.workers} for s in Stat.get_all()
    ]


VERBS: Mapping[str, Callable[..., Any]] = {
    "trigger": _trigger,
    "cancel": _control("cancel"),
    "pause": _control("pause"),
    "resume": _control("resume"),
    "close": _control("close"),
    "retry": _control("retry"),
    "post": _post,
    "edit": _edit,
    "anatomy": _anatomy,
}


def answer(line: str) -> dict[str, Any]:
    from django.db import close_old_connections, connection

    words = json.loads(line)
    connection.errors_occurred = True  # ask whether it still answers, whatever happened since
    close_old_connections()
    try:
        return {"value": VERBS[words.pop("do")](**words)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    import django

    django.setup()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
