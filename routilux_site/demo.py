"""One job through the front door: triggered and followed over HTTP, as any calling system would."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

POLL_SECONDS = 0.25
REQUEST_TIMEOUT = 30.0
TERMINAL = frozenset({"completed", "failed", "cancelled"})

Answer = dict[str, Any]


class DemoError(RuntimeError):
    """The API refused, or the job did not end; the message is its answer."""


@dataclass(frozen=True)
class Client:
    base_url: str
    token: str

    def trigger(self, flow: str, value: Any) -> Answer:
        return self._request("POST", f"/api/v1/flows/{flow}/jobs", {"input": value})

    def job(self, identity: str) -> Answer:
        return self._request("GET", f"/api/v1/jobs/{identity}")

    def _request(self, method: str, path: str, body: Any = None) -> Answer:
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.base_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_TIMEOUT) as response:  # noqa: S310 - our own server
                answer: Answer = json.load(response)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise DemoError(f"{method} {path} answered {error.code}: {text}") from error
        return answer


def follow(
    client: Client,
    identity: str,
    *,
    show: Callable[[str], object],
    between: Callable[[], object],
    timeout: float = 300.0,
) -> Answer:
    """Poll the job until it ends, telling `show` each new line of progress; `between` may raise to give up."""
    deadline = time.monotonic() + timeout
    last = ""
    while time.monotonic() < deadline:
        job = client.job(identity)
        line = describe(job)
        if line != last:
            show(line)
            last = line
        if job["status"] in TERMINAL:
            return job
        between()
        time.sleep(POLL_SECONDS)
    raise DemoError(f"The job {identity} did not end within {timeout:.0f} s; it is {last}.")


def describe(job: Answer) -> str:
    """`running    12/17 steps   now: enrich, route`."""
    progress = job.get("progress") or {}
    text = f"{job['status']:<10} {progress.get('done', 0)}/{progress.get('total', 0)} steps"
    if progress.get("failed"):
        text += f", {progress['failed']} failed"
    nodes = progress.get("running_nodes")
    return f"{text}   now: {', '.join(nodes)}" if nodes else text


def explain(job: Answer) -> str:
    """Why a job that ended did not complete, with the traceback if there is one."""
    error = job.get("error") or {}
    text = f"The job is {job['status']}. {error.get('summary', '')}".strip()
    return f"{text}\n{error['traceback']}".strip() if error.get("traceback") else text
