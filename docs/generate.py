"""Writes the tables of the documentation from the code: `python -m docs.generate`. A test says when they are stale.

A table stands between `<!-- begin: name -->` and `<!-- end: name -->`; what is around it is written by hand.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from docs.environment import settings_table

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(<!-- begin: ([\w-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)

Row = tuple[str, ...]


def pages() -> list[Path]:
    """All Markdown of the project, in a fixed order."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def refreshed(text: str) -> str:
    """The page with each table made anew."""
    return BLOCK.sub(lambda match: f"{match[1]}{TABLES[match[2]]()}\n{match[3]}", text)


def table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words) or "–"


def built_ins() -> str:
    from templates_app.routines.builtin import BY_CATEGORY
    from templates_app.routines.routine import config_schema

    rows = []
    for category, members in BY_CATEGORY.items():
        for name, cls in sorted(members.items()):
            ports = cls.ports({})
            about = (cls.__doc__ or "").partition("\n")[0].strip()
            settings = code(config_schema(cls)["properties"])
            slots, events = code(slot.name for slot in ports.slots), code(event.name for event in ports.events)
            rows.append((f"[`{name}`](#{name})", category, about, slots, events, settings))
    return table(("name", "kind", "what it does", "slots", "events", "settings"), rows)


def built_in_settings() -> str:
    from templates_app.routines.builtin import BY_CATEGORY

    members = {name: cls for category in BY_CATEGORY.values() for name, cls in category.items()}
    return "\n\n".join(_built_in(name, cls) for name, cls in sorted(members.items()))


def _built_in(name: str, cls: type) -> str:
    from inspect import cleandoc

    from templates_app.routines.routine import config_schema

    found = config_schema(cls)["properties"]
    rows = [(f"`{key}`", _default(field), str(field.get("description", ""))) for key, field in found.items()]
    settings = table(("setting", "default", "meaning"), rows) if rows else "It has no settings."
    return f"### {name}\n\n{cleandoc(cls.__doc__ or '')}\n\n{settings}"


def _default(field: dict[str, object]) -> str:
    import json

    return f"`{json.dumps(field['default'])}`" if "default" in field else "required"


def operators() -> str:
    from templates_app.routines.rules import OPERATORS

    return table(("operator", "true when"), [(f"`{name}`", OPERATOR_WORDS[name]) for name in OPERATORS])


OPERATOR_WORDS = {
    "eq": "the value is the same; `true` is not `1`, but `1` is `1.0`",
    "ne": "the value is there and not the same",
    "lt": "it is smaller; numbers compare with numbers, texts with texts",
    "le": "it is smaller or the same",
    "gt": "it is larger",
    "ge": "it is larger or the same",
    "in": "it is one of the values in the list",
    "contains": "the list has the value, the text has the part, the object has the key",
    "exists": "the path leads to something, be it null; it takes no value",
    "starts_with": "the text begins so",
    "is_type": "it is of that type: `null`, `boolean`, `integer`, `number`, `string`, `array` or `object`",
}


def statuses(kind: str) -> Callable[[], str]:
    def render() -> str:
        from jobs import states

        values = states.JobStatus.values if kind == "job" else states.StepStatus.values
        meanings = JOB_WORDS if kind == "job" else STEP_WORDS
        return table(("status", "meaning"), [(f"`{value}`", meanings[value]) for value in values])

    return render


JOB_WORDS = {
    "queued": "accepted; waits for its start time, for a free place under its flow's limit, or for its rate",
    "pending": "accepted; no step has started yet",
    "running": "at least one step has started",
    "paused": "nothing new starts until it is resumed",
    "completed": "no step is open and no item can fire any more",
    "failed": "a step failed and its error handler said stop",
    "cancelled": "somebody stopped it",
}
STEP_WORDS = {
    "ready": "any worker may take it",
    "running": "a lane works on it",
    "retrying": "it failed and will be tried again at its due time",
    "waiting": "the flow's `max_workers` holds it back, or a step of its node that waits for room",
    "held": "its job is paused or queued",
    "at_breakpoint": "a breakpoint on its node holds it, with its items, before it starts",
    "blocked": "it has run, and what it sent waits for room in a full slot; it takes up no lane",
    "parked": "it waits for something outside: a decision, or a job that it started; it takes up no lane",
    "completed": "its result is committed",
    "failed": "it failed, and with it the job",
    "error_continued": "it failed, and its error handler said continue",
    "skipped": "it failed, and its error handler said skip",
    "cancelled": "its job ended before it did",
}


def endpoints() -> str:
    from drf_spectacular.generators import SchemaGenerator

    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    rows = [
        (f"`{method.upper()}`", f"`{path}`", operation["summary"])
        for path, methods in sorted(schema["paths"].items())
        for method, operation in methods.items()
    ]
    return table(("method", "path", "what it does"), rows)


def error_handler() -> str:
    from dataclasses import fields

    from templates_app.routines import ErrorHandler

    default = ErrorHandler().to_json()
    rows = [
        (f"`{field.name}`", _json(default[field.name]), HANDLER_WORDS[field.name]) for field in fields(ErrorHandler)
    ]
    return table(("field", "default", "meaning"), rows)


def _json(value: object) -> str:
    import json

    return f"`{json.dumps(value)}`"


HANDLER_WORDS = {
    "strategy": "`stop`, `continue`, `skip` or `retry`",
    "max_retries": "how many calls follow the first one",
    "retry_delay": "seconds before the first retry",
    "retry_backoff": "each further wait is so many times longer",
    "max_delay": "no wait is longer, in seconds",
    "jitter": "each wait varies by this share, from 0 to 1, so that many do not come at once",
    "retryable_exceptions": "names of exceptions that are retried; a base class covers those derived from it",
    "on_exhausted": "what happens after the last retry: `stop`, `continue` or `skip`",
    "is_critical": "kept for templates of the original library; it changes nothing yet",
}

TABLES: dict[str, Callable[[], str]] = {
    "built-ins": built_ins,
    "built-in-settings": built_in_settings,
    "operators": operators,
    "job-statuses": statuses("job"),
    "step-statuses": statuses("step"),
    "endpoints": endpoints,
    "error-handler": error_handler,
    "settings": lambda: table(("variable", "default", "meaning"), settings_table()),
}


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    django.setup()
    for page in pages():
        before = page.read_text(encoding="utf-8")
        after = refreshed(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)} is fresh now\n")


if __name__ == "__main__":
    main()
