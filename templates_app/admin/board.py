"""The picture of a flow beside its forms, with what is wrong at its nodes: as stored, or as somebody is editing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from routilux_site.lib.errors import split_path
from templates_app import selectors
from templates_app.admin.saving import Outcome
from templates_app.admin.shown import ProblemRow, node_url, problem_rows
from templates_app.graph import EdgeRow, NodeLook, draw, table
from templates_app.models import FlowPrototype
from templates_app.spec import FlowSpec


@dataclass(frozen=True, slots=True)
class Board:
    """`words` say what the picture shows; `is_draft`: it is what stands in the form, and is not saved."""

    picture: SafeString
    edges: list[EdgeRow]
    problems: list[ProblemRow]
    words: str
    is_draft: bool


def board(flow: FlowPrototype, outcome: Outcome) -> Board:
    if outcome.refusal is not None:
        details = outcome.refusal.details()
        found = [{"path": d.path, "message": d.message, "level": "error"} for d in details]
        return _board(flow, flow.head.spec if flow.head else None, found, words=_count(len(found)), is_draft=True)
    assembled = outcome.draft or selectors.assembled(flow)
    spec = assembled.spec or (flow.head.spec if flow.head else None)
    problems = [problem.to_json() for problem in assembled.problems]
    words = "Checked: it can be saved." if outcome.draft else ""
    return _board(flow, spec, problems, words=words, is_draft=outcome.draft is not None)


def _board(
    flow: FlowPrototype, spec: FlowSpec | None, problems: Iterable[Mapping[str, str]], *, words: str, is_draft: bool
) -> Board:
    found = list(problems)
    return Board(
        # The drawing escapes every name itself; its output is trusted here and nowhere else.
        picture=SafeString(draw(spec, looks=_looks(flow, spec, found))) if spec else SafeString(""),
        edges=table(spec) if spec else [],
        problems=problem_rows(flow, found),
        words=words,
        is_draft=is_draft,
    )


def _looks(flow: FlowPrototype, spec: FlowSpec, problems: Iterable[Mapping[str, str]]) -> dict[str, NodeLook]:
    """Each node leads to its settings, and says how much is wrong with it."""
    wrong = Counter(_node(problem["path"]) for problem in problems)
    return {
        node: NodeLook("invalid", _count(wrong[node]), node_url(flow, node))
        if wrong[node]
        else NodeLook("idle", "Settings", node_url(flow, node))
        for node in spec.nodes
    }


def _node(path: str) -> str:
    keys = split_path(path)
    return keys[1] if len(keys) > 1 and keys[0] == "nodes" else ""


def _count(number: int) -> str:
    return f"{number} problem{'' if number == 1 else 's'}"
