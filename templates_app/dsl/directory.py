"""Templates in a directory, as it is kept in git: each file stays what it is where the database says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from templates_app.dsl import dump
from templates_app.dsl.bundle import SUFFIXES, Bundle, read_directory
from templates_app.dsl.read import Format
from templates_app.dsl.template import Template


@dataclass(frozen=True, slots=True)
class Written:
    """Files relative to the directory. `strangers` are documents, by file, of prototypes that were not exported."""

    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    strangers: Mapping[str, tuple[str, ...]]


def export(templates: Iterable[Template], directory: Path, format: Format = "yaml") -> Written:
    """Write each template into the file that has it, or into one of its own; raises Refused for files it cannot read.

    A file that says the same already keeps its comments and layout.
    """
    directory.mkdir(parents=True, exist_ok=True)
    wanted = {one.name: one for one in templates}
    found = _by_file(read_directory(directory))
    placed = {name for documents in found.values() for name in documents}
    for name in wanted.keys() - placed:
        found[_new_file(wanted[name], format)] = {name: wanted[name]}
    changed = [file for file in sorted(found) if _write(directory / file, found[file], wanted)]
    strangers = {file: tuple(sorted(documents.keys() - wanted.keys())) for file, documents in sorted(found.items())}
    return Written(
        changed=tuple(changed),
        unchanged=tuple(sorted(found.keys() - set(changed))),
        strangers={file: names for file, names in strangers.items() if names},
    )


def _by_file(bundle: Bundle) -> dict[str, dict[str, Template]]:
    found: dict[str, dict[str, Template]] = defaultdict(dict)
    for document in bundle.documents:
        found[document.file][document.name] = document.template
    return found


def _new_file(template: Template, format: Format) -> str:
    return f"{template.kind}s/{template.name}.{format}"


def _write(path: Path, stands: Mapping[str, Template], wanted: Mapping[str, Template]) -> bool:
    """Documents of the file that are not wanted stay in it."""
    shall = [wanted.get(name, template) for name, template in stands.items()]
    if path.exists() and all(dump.document(one) == dump.document(stands[one.name]) for one in shall):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump.text(shall, SUFFIXES[path.suffix]), encoding="utf-8")
    return True
