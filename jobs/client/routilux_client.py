"""A small client of the REST API of Routilux. One file, no dependencies: copy it.

    client = Client("https://routilux.example.org", token)
    job = client.trigger("orders", {"upload": "a.csv"}, key="orders-2026-11-23")
    print(client.wait(job["id"])["result"])

What may be repeated without harm is repeated: reads, and triggers, which always carry an Idempotency-Key.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypedDict
from urllib.parse import quote, urlencode

Payload = dict[str, Any]

ENDED = frozenset({"completed", "failed", "cancelled"})
AGAIN = frozenset({429, 502, 503, 504})
LONGEST_PAUSE = 30.0


class Revision(TypedDict):
    number: int
    hash: str


class Accepted(TypedDict):
    """A job when it was triggered. Times are ISO 8601, in UTC."""

    id: str
    status: str
    flow: str
    revision: Revision
    created_at: str
    links: dict[str, str]


class ListedJob(Accepted):
    entry: str
    priority: int
    triggered_by: str | None
    token: str | None
    rerun_of: str | None
    start_at: str | None
    started_at: str | None
    finished_at: str | None
    error: dict[str, Any] | None  #: at least `node` and `summary`


class Job(ListedJob):
    """All of a job; `result` holds what left the flow, by `node.event`."""

    variant_of: str | None
    schedule: str | None
    slot_at: str | None
    called_by: str | None
    fingerprint: str
    request_id: str
    progress: dict[str, Any]
    result: dict[str, list[Payload]]
    result_truncated: bool
    undelivered: int | None
    dropped: int


class Item(TypedDict):
    """What left the flow: `source` is the `node.event` that emitted it."""

    id: int
    source: str
    target: str
    payload: Any


class Problem(Exception):
    """A refusal. `code` does not change, texts may; `errors` point at each place that is wrong."""

    def __init__(self, status: int, told: dict[str, Any]) -> None:
        super().__init__(str(told.get("detail") or told.get("title") or f"The server answered {status}."))
        self.status = status
        self.code = str(told.get("code", ""))
        self.errors: list[dict[str, Any]] = list(told.get("errors", []))
        self.request_id = str(told.get("request_id", ""))


class JobFailed(Exception):
    """A job that was waited for did not complete; `job` is all of it."""

    def __init__(self, job: Job) -> None:
        error = job.get("error") or {}
        super().__init__(f"The job {job['id']} is {job['status']}. {error.get('summary', '')}".strip())
        self.job = job


@dataclass(frozen=True)
class Client:
    base_url: str
    token: str = field(repr=False)
    timeout: float = 30.0  #: seconds for one request
    retries: int = 4  #: after the first attempt

    def trigger(self, flow: str, input: Payload, *, key: str | None = None, **more: Any) -> Accepted:
        """Start a job; the same `key` makes the same job only once. `more` are entry, overrides, priority, ..."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        path, body = f"flows/{quote(flow, safe='')}/jobs", {"input": input, **more}
        accepted: Accepted = self.request("POST", path, body, headers, again=True)
        return accepted

    def job(self, identity: str) -> Job:
        job: Job = self.request("GET", f"jobs/{identity}")
        return job

    def jobs(self, **filters: Any) -> Iterator[ListedJob]:
        """All jobs that match, newest first, page by page."""
        return self.pages(f"jobs?{urlencode(filters, doseq=True)}")

    def outputs(self, identity: str) -> Iterator[Item]:
        return self.pages(f"jobs/{identity}/outputs")

    def cancel(self, identity: str, reason: str = "") -> ListedJob:
        return self._told("cancel", identity, reason)

    def retry(self, identity: str, reason: str = "") -> ListedJob:
        return self._told("retry", identity, reason)

    def follow(self, identity: str, *, timeout: float | None = None) -> Iterator[Job]:
        """The job as it is now, and again whenever it has changed, until it has ended; raises TimeoutError."""
        deadline = None if timeout is None else time.monotonic() + timeout
        last: Job | None = None
        pause = 0.1
        while last is None or last["status"] not in ENDED:
            job = self.job(identity)
            if job != last:
                last, pause = job, 0.1
                yield job
                continue
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"The job {identity} did not end within {timeout} s.")
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def wait(self, identity: str, *, timeout: float | None = None) -> Job:
        """The job once it has completed; raises JobFailed when it ended otherwise."""
        *_, job = self.follow(identity, timeout=timeout)
        if job["status"] != "completed":
            raise JobFailed(job)
        return job

    def pages(self, path: str) -> Iterator[Any]:
        page = self.request("GET", path)
        yield from page["results"]
        while page["next"]:
            page = self._repeated("GET", page["next"], None, {}, True)
            yield from page["results"]

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, *, again: bool = False
    ) -> Any:
        """Any operation below `/api/v1/`; `again` says that it may be repeated, as reads always may."""
        address = f"{self.base_url.rstrip('/')}/api/v1/{path}"
        return self._repeated(method, address, body, headers or {}, again or method == "GET")

    def _told(self, verb: str, identity: str, reason: str) -> ListedJob:
        job: ListedJob = self.request("POST", f"jobs/{identity}/{verb}", {"reason": reason})
        return job

    def _repeated(self, method: str, address: str, body: Any, headers: dict[str, str], again: bool) -> Any:
        for attempt in range(self.retries if again else 0):
            try:
                return self._sent(method, address, body, headers)
            except urllib.error.HTTPError as error:
                if error.code not in AGAIN:
                    raise _problem(error) from None
                time.sleep(_pause(attempt, error.headers.get("Retry-After", "")))
            except OSError:
                time.sleep(_pause(attempt, ""))
        try:
            return self._sent(method, address, body, headers)
        except urllib.error.HTTPError as error:
            raise _problem(error) from None

    def _sent(self, method: str, address: str, body: Any, headers: dict[str, str]) -> Any:
        data = None if body is None else json.dumps(body).encode()
        told = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        request = urllib.request.Request(address, data, told, method=method)  # noqa: S310 - the caller's own server
        with urllib.request.urlopen(request, timeout=self.timeout) as answer:  # noqa: S310
            return json.loads(answer.read() or b"{}")


def _problem(error: urllib.error.HTTPError) -> Problem:
    try:
        told = json.loads(error.read())
    except ValueError:
        told = {}
    return Problem(error.code, told if isinstance(told, dict) else {})


def _pause(attempt: int, retry_after: str) -> float:
    seconds = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.2 * 2**attempt
    return min(seconds, LONGEST_PAUSE)
