"""Carries out the shell blocks of the documentation, as far as they concern us, against a live test server."""

from __future__ import annotations

import json
import shlex
import time
import urllib.request
from dataclasses import dataclass, field
from io import StringIO
from string import Template
from typing import Any

from django.core.management import call_command, get_commands, load_command_class

from docs.generate import ROOT
from jobs.models import Job

BASE = "http://localhost:8000"
MANAGE = [".venv/bin/python", "manage.py"]
#: They serve, replace the process or talk to people: that their words are accepted is enough.
ONLY_PARSED = frozenset({"serve", "runtime", "shell", "up", "demo", "migrate", "collectstatic", "check"})
ONLY_PARSED |= {"createsuperuser", "revoke_token", "rotate_token", "doctor"}
TOOLS = {("pytest",), ("ruff", "check"), ("mypy",), ("python", "-m", "docs.generate")}
TOOLS |= {("python", "-m", "docs.screenshots")}


@dataclass
class Shell:
    """`answers` are those of the curl lines so far. After a trigger it waits until the job has ended."""

    url: str
    variables: dict[str, str] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def run(self, text: str) -> None:
        for line in text.replace("\\\n", " ").splitlines():
            if line.strip():
                self._line(line)

    def _line(self, line: str) -> None:
        words = shlex.split(line)
        if words[0] == "export":
            self._export(line.removeprefix("export ").strip())
        elif words[0] == "curl":
            self._curl([Template(word).substitute(self.variables) for word in words[1:]])
        elif words[0] == "make":
            check_make(words[1:])
        elif words[:2] == MANAGE:
            manage([Template(word).safe_substitute(self.variables) for word in words[2:]])
        else:
            check_tool(words)

    def _export(self, text: str) -> None:
        name, _, value = text.partition("=")
        if value.startswith("$("):
            value = manage(shlex.split(value[2:-1])[2:]).strip()
        elif value.endswith("..."):
            value = self.answers[-1]["links"]["self"]
        self.variables[name] = value

    def _curl(self, words: list[str]) -> None:
        request = curl(words, self.url)
        with urllib.request.urlopen(request) as answer:
            self.answers.append(json.load(answer))
        if request.full_url.endswith("/jobs") and request.get_method() == "POST":
            wait_for(self.answers[-1]["id"])


def wait_for(job: str) -> None:
    deadline = time.monotonic() + 20
    while not Job.objects.get(pk=job).is_terminal:
        assert time.monotonic() < deadline, f"the job {job} has not ended"
        time.sleep(0.02)


def curl(words: list[str], url: str) -> urllib.request.Request:
    """The request that a curl line means; what it does not know is a line that nobody has tried."""
    headers: dict[str, str] = {}
    data: bytes | None = None
    method, address = "GET", ""
    rest = iter(words)
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "-d":
            method, data = "POST", next(rest).encode()
        elif word == "-T":
            method, data = "PUT", (ROOT / next(rest)).read_bytes()
        elif word != "-s":
            assert word.startswith(("http://", url)), f"curl {word} is not known here"
            address = word.replace(BASE, url)
    return urllib.request.Request(address, data=data, headers=headers, method=method)


def manage(words: list[str]) -> str:
    """What a command printed; those that must not run in a test are parsed only."""
    name, *rest = words
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    parser.parse_args(rest)
    if name in ONLY_PARSED:
        return ""
    out = StringIO()
    call_command(name, *rest, stdout=out, stderr=StringIO())
    return out.getvalue()


def check_make(words: list[str]) -> None:
    rules = {line.partition(":")[0] for line in (ROOT / "Makefile").read_text().splitlines() if ":" in line}
    targets = [word for word in words if "=" not in word]
    assert set(targets) <= rules, f"make {' '.join(words)}: no such target"


def check_tool(words: list[str]) -> None:
    name, *rest = words
    known = any((name.removeprefix(".venv/bin/"), *rest)[: len(tool)] == tool for tool in TOOLS)
    assert known, f"{shlex.join(words)} is not known here"
    files = [word for word in rest if word.endswith(".py")]
    assert all((ROOT / file).exists() for file in files)
