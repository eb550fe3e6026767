"""From text to plain data: YAML and JSON through one gate. What could mean two things, or too much, is refused.

YAML is read event by event, so that depth and size are known before anything is built. Anchors, aliases, tags and
merge keys are refused: no template needs them, and bombs are made of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from routilux_site.lib import strict_json
from routilux_site.lib.errors import join_path
from routilux_site.lib.strict_json import LIMITS, Json, StrictJSONError
from templates_app.dsl.scalars import AmbiguousScalar, plain
from templates_app.routines.text import shorten

Format = Literal["yaml", "json"]


@dataclass(frozen=True, slots=True)
class Read:
    """One document as data. `lines` knows the line, from 1, of each path in it; of JSON it knows none."""

    value: Json
    lines: Mapping[str, int] = field(default_factory=dict)

    def line(self, path: str) -> int | None:
        """The line of `path`, or of the nearest thing around it that has one."""
        return line_of(self.lines, path)


class Unreadable(Exception):
    """`line` is None where only the path is known."""

    def __init__(self, message: str, *, path: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line


def read(data: str | bytes, format: Format | None = None) -> list[Read]:
    """The documents of a text; raises Unreadable. Without a format, what begins like JSON is JSON."""
    text = _text(data)
    if (format or guess(text)) == "json":
        return _read_json(text)
    found = [one for one in _read_yaml(text) if one.value is not None]
    if not found:
        raise Unreadable("Empty: a document is expected.")
    return found


def line_of(lines: Mapping[str, int], path: str) -> int | None:
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)


def _text(data: str | bytes) -> str:
    try:
        raw = data.encode() if isinstance(data, str) else data
        if len(raw) > LIMITS.max_bytes:
            raise Unreadable(f"Too large: at most {LIMITS.max_bytes} bytes are accepted.")
        text = raw.decode()
    except UnicodeError as error:
        raise Unreadable("Not valid UTF-8.") from error
    if text.startswith("\ufeff"):
        raise Unreadable("Starts with a byte order mark: plain UTF-8 without one is accepted.", line=1)
    return text


def guess(text: str) -> Format:
    return "json" if text.lstrip()[:1] in ("{", "[") else "yaml"


def _read_json(text: str) -> list[Read]:
    try:
        value = strict_json.loads(text)
    except StrictJSONError as error:
        raise Unreadable(error.message, path=error.path) from error
    return [Read(one) for one in value] if isinstance(value, list) else [Read(value)]


def _read_yaml(text: str) -> list[Read]:
    reader = _Reader(text)
    try:
        return list(reader.documents())
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(f"A character that YAML does not accept: {error.reason}.", line=line) from error
    finally:
        reader.dispose()


def _syntax_error(error: yaml.MarkedYAMLError) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    told = ", ".join(filter(None, (error.context, error.problem))) or "Not YAML"
    place = f" (column {mark.column + 1})" if mark else ""
    return Unreadable(f"{told[0].upper()}{told[1:]}{place}.", line=mark.line + 1 if mark else None)


class _Reader(yaml.CSafeLoader):
    """One text. The loader it builds on is used for its events only, and never makes an object."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._left = LIMITS.max_nodes
        self._lines: dict[str, int] = {}

    def documents(self) -> Iterator[Read]:
        self.get_event()
        while not self.check_event(yaml.StreamEndEvent):
            yield self._document()

    def _document(self) -> Read:
        start = self.get_event()
        if getattr(start, "tags", None):
            raise Unreadable("%TAG is not accepted: templates are plain data.", line=_line(start))
        self._lines = {}
        value = self._value("", LIMITS.max_depth)
        self.get_event()
        try:
            return Read(strict_json.check(value), self._lines)
        except StrictJSONError as error:
            line = line_of(self._lines, error.path)
            raise Unreadable(error.message, path=error.path, line=line) from error

    def _value(self, path: str, depth: int) -> Any:
        event = self.get_event()
        self._lines.setdefault(path, _line(event))
        self._refuse_magic(event, path)
        self._left -= 1
        if depth < 0 or self._left < 0:
            raise Unreadable(_too_much(depth), path=path, line=_line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth - 1)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth - 1)
        return _scalar(event, path)

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self.check_event(yaml.MappingEndEvent):
            key, line = self._key(path)
            if key in found:
                raise Unreadable(f"The key {shorten(key)} stands here twice: once is accepted.", path=path, line=line)
            place = join_path(path, key)
            self._lines[place] = line
            found[key] = self._value(place, depth)
        self.get_event()
        return found

    def _sequence(self, path: str, depth: int) -> list[Any]:
        found: list[Any] = []
        while not self.check_event(yaml.SequenceEndEvent):
            found.append(self._value(join_path(path, len(found)), depth))
        self.get_event()
        return found

    def _key(self, path: str) -> tuple[str, int]:
        event = self.get_event()
        self._refuse_magic(event, path)
        key = _scalar(event, path) if isinstance(event, yaml.ScalarEvent) else event
        if not isinstance(key, str):
            shown = shorten(key) if isinstance(event, yaml.ScalarEvent) else "A list or an object"
            message = f"{shown} is not accepted as a key: a text is; write it in quotes."
            raise Unreadable(message, path=path, line=_line(event))
        return key, _line(event)

    def _refuse_magic(self, event: Any, path: str) -> None:
        told = None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            told = f"Anchors and aliases ({shorten(event.anchor)}) are not accepted: write the value out."
        elif getattr(event, "tag", None):
            told = f"Tags ({shorten(event.tag)}) are not accepted: templates are plain data."
        elif isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
            told = "Merge keys (<<) are not accepted: write the values out, or make a variant."
        if told:
            raise Unreadable(told, path=path, line=_line(event))


def _scalar(event: Any, path: str) -> Any:
    if not event.implicit[0]:
        return event.value
    try:
        return plain(event.value)
    except AmbiguousScalar as error:
        raise Unreadable(str(error), path=path, line=_line(event)) from error


def _too_much(depth: int) -> str:
    if depth < 0:
        return f"Nested too deeply: at most {LIMITS.max_depth} levels are accepted."
    return f"More than {LIMITS.max_nodes} values: at most so many are accepted."


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
