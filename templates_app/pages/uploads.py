"""A file as one side of a comparison: what it would mean here if it were applied. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping

from routilux_site.lib import strict_json
from routilux_site.lib.strict_json import StrictJSONError
from templates_app import dsl
from templates_app.dsl import Template
from templates_app.errors import TemplateError
from templates_app.pages.meaning import Meaning
from templates_app.pages.sides import Side, of_routine_document, of_uploaded
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.spec import FlowSpec

NAME = "uploaded"


def read(text: str | bytes, *, name: str = NAME, prefer: str = "") -> Side:
    """A template as text (YAML or JSON), or the JSON of a revision as its page hands it out; raises TemplateError.

    Of several documents the one called `prefer` is taken.
    """
    revision = _revision(text)
    if revision is not None:
        return of_uploaded(name, revision)
    bundle = dsl.parse(text, name=NAME, file=name)
    templates = [document.template for document in bundle.in_order()]
    chosen = _chosen({template.name: template for template in templates}, prefer)
    meaning = Meaning(templates)
    if chosen.is_flow:
        return of_uploaded(name, meaning.flow(chosen.name))
    return of_routine_document(name, meaning.routine(chosen.name))


def _chosen(templates: Mapping[str, Template], prefer: str) -> Template:
    flows = [template for template in templates.values() if template.is_flow]
    if prefer in templates:
        return templates[prefer]
    if len(flows) == 1 or len(templates) == 1:
        return flows[0] if flows else next(iter(templates.values()))
    names = ", ".join(sorted(templates))
    raise Refused([Problem("", "ambiguous", f"{len(templates)} templates stand here ({names}): one is accepted.")])


def _revision(text: str | bytes) -> FlowSpec | None:
    """The spec if `text` is JSON of the very shape that revisions have."""
    try:
        said = strict_json.loads(text)
    except StrictJSONError:
        return None
    if not isinstance(said, dict) or "format" not in said or not isinstance(said.get("nodes"), list):
        return None
    try:
        spec = FlowSpec.from_json(said)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _not_a_revision() from error
    if not _is_whole(spec) or strict_json.canonical(spec.to_json()) != strict_json.canonical(said):
        raise _not_a_revision()
    return spec


def _is_whole(spec: FlowSpec) -> bool:
    """Names that stand twice would hide a difference; names that are no names would not fit into paths."""
    lists = [[slot.name for slot in node.slots] for node in spec.nodes.values()]
    lists += [list(node.events) for node in spec.nodes.values()] + [list(map(str, spec.connections))]
    return all(len(names) == len(set(names)) for names in lists)


def _not_a_revision() -> TemplateError:
    return TemplateError(
        "This looks like a revision, but is none: take the JSON from the page of a revision and change only its values."
    )
