"""What was read from one text or one directory: documents, each knowing where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from routilux_site.lib.errors import join_path
from routilux_site.lib.strict_json import LIMITS
from templates_app.dsl import schema
from templates_app.dsl.places import place_of
from templates_app.dsl.read import Format, Read, Unreadable, line_of, read
from templates_app.dsl.template import Template
from templates_app.problems import Problem
from templates_app.refusals import Refused

SUFFIXES: Mapping[str, Format] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}
MAX_FILES = 5_000


@dataclass(frozen=True, slots=True)
class Document:
    template: Template
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.template.name

    def problem(self, told: Problem) -> Problem:
        """A problem that a verb tells about the prototype, with its place in the document."""
        place = place_of(self.template.kind, is_variant=self.template.is_variant)(told.path)
        message = located(told.message, self.file, line_of(self.lines, place))
        return Problem(under(self.name, place), told.code, message, told.level)


@dataclass(frozen=True, slots=True)
class Bundle:
    documents: tuple[Document, ...]

    def __len__(self) -> int:
        return len(self.documents)

    def in_order(self) -> list[Document]:
        """Each after those that it builds on; otherwise by name. Raises Refused for a circle."""
        known = {document.name: document for document in self.documents}
        sorter = TopologicalSorter({name: known[name].template.needs() & known.keys() for name in sorted(known)})
        try:
            return [known[name] for name in sorter.static_order()]
        except CycleError as error:
            circle = " builds on ".join(reversed(error.args[1]))
            raise Refused([Problem(error.args[1][0], "circle", f"These build on each other: {circle}.")]) from error


def parse(data: str | bytes, format: Format | None = None, *, name: str = "", file: str = "") -> Bundle:
    """The documents of one text; raises Refused with all that is wrong, each with line and path.

    `name` is taken by a single document that says none, `file` stands in the messages.
    """
    return _bundle(list(_documents(data, format, name, file)))


def read_directory(directory: Path) -> Bundle:
    """All .yaml, .yml and .json files of a directory and those in it; raises Refused as `parse` does.

    A flow that says no name is called as its file.
    """
    files = template_files(directory)
    if len(files) > MAX_FILES:
        raise Refused([Problem("", "too-many", f"{len(files)} files: at most {MAX_FILES} are accepted.")])
    found: list[Document | Problem] = []
    for path in files:
        found += _documents(_start_of(path), SUFFIXES[path.suffix], path.stem, path.relative_to(directory).as_posix())
    return _bundle(found)


def read_file(path: Path) -> Bundle:
    """One .yaml, .yml or .json file; raises Refused as `parse` does."""
    return parse(_start_of(path), SUFFIXES[path.suffix], name=path.stem, file=path.name)


def template_files(directory: Path) -> list[Path]:
    """Hidden files and directories are somebody else's."""
    found = (path for path in directory.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    return sorted(path for path in found if not any(part[0] == "." for part in path.relative_to(directory).parts))


def under(name: str, path: str) -> str:
    whole = join_path("", name) if name else ""
    return f"{whole}{path}" if path.startswith("[") or not whole or not path else f"{whole}.{path}"


def located(message: str, file: str, line: int | None) -> str:
    place = _place(file, line)
    return f"{place}: {message}" if place else message


def _place(file: str, line: int | None) -> str:
    return ", ".join(filter(None, (file, f"line {line}" if line else "")))


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LIMITS.max_bytes + 1)


def _documents(data: str | bytes, format: Format | None, name: str, file: str) -> Iterator[Document | Problem]:
    try:
        found = read(data, format)
    except Unreadable as error:
        yield Problem(error.path, "unreadable", located(error.message, file, error.line))
        return
    for index, one in enumerate(found):
        yield from _document(one, name if len(found) == 1 else "", file, index)


def _document(one: Read, name: str, file: str, index: int) -> Iterator[Document | Problem]:
    try:
        yield Document(schema.parse(one.value, name=name), file, one.lines)
    except Refused as refused:
        known = _stated_name(one, name) or str(index)
        for told in refused.errors:
            yield Problem(under(known, told.path), told.code, located(told.message, file, one.line(told.path)))


def _stated_name(one: Read, default: str) -> str:
    stated = one.value.get("flow_id", one.value.get("name", default)) if isinstance(one.value, dict) else default
    return stated if isinstance(stated, str) else default


def _bundle(found: Iterable[Document | Problem]) -> Bundle:
    everything = list(found)
    documents = [one for one in everything if isinstance(one, Document)]
    problems = [*(one for one in everything if isinstance(one, Problem)), *_twice(documents)]
    if problems:
        raise Refused(problems)
    return Bundle(tuple(documents))


def _twice(documents: Iterable[Document]) -> Iterator[Problem]:
    seen: dict[str, Document] = {}
    for document in documents:
        first = seen.setdefault(document.name.lower(), document)
        if first is not document:
            other = _place(first.file, line_of(first.lines, "")) or "another"
            message = f"{document.name!r} stands here twice ({other} is the first): one document a prototype."
            yield Problem(document.name, "twice", located(message, document.file, line_of(document.lines, "")))
