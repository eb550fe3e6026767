"""What holds of any two flows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from routilux_site.lib import strict_json
from templates_app.diff import Difference, Kind, diff, patch, to_json
from templates_app.spec import FlowSpec
from tests.diff.applying import applied
from tests.diff.specs import JSON, flows, renamed

OTHER_WAY = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED}


def bare(differences: Iterable[Difference]) -> list[str]:
    """All but the sentence and the node, which do not mirror, in an order of its own."""
    return sorted(strict_json.canonical(_nameless(found).to_json()) for found in differences)


def _nameless(found: Difference) -> Difference:
    """The entry of a flow is told with the name that its node has on the newer side: that does not mirror either."""
    ends = {key: getattr(found, key) for key in ("before", "after")} if found.path == "entry" else {}
    ports: Any = {key: end.partition(".")[2] if isinstance(end, str) else end for key, end in ends.items()}
    return replace(found, sentence="", node="", **ports)


def mirrored(differences: Iterable[Difference]) -> list[Difference]:
    """The same seen from the other side."""
    return [
        replace(
            found,
            kind=OTHER_WAY.get(found.kind, found.kind),
            path=found.old_path,
            old_path=found.path,
            before=found.after,
            after=found.before,
        )
        for found in differences
    ]


@given(flows())
def test_it_finds_nothing_between_equal_flows(spec: FlowSpec) -> None:
    assert diff(spec, FlowSpec.from_json(spec.to_json())) == ()


@given(flows(), flows())
def test_it_finds_something_exactly_when_the_hash_differs(a: FlowSpec, b: FlowSpec) -> None:
    assert bool(diff(a, b)) == (a.hash != b.hash)


@given(flows(), flows())
def test_it_tells_the_same_in_both_directions(a: FlowSpec, b: FlowSpec) -> None:
    assert bare(diff(a, b)) == bare(mirrored(diff(b, a)))


@given(flows(), st.data())
def test_it_tells_the_same_in_both_directions_of_renames(a: FlowSpec, data: Any) -> None:
    names = dict(zip(a.nodes, data.draw(st.permutations("ZYXWVUTS")), strict=False))
    b = renamed(data.draw(st.just(a) | flows()), names)

    assert bare(diff(a, b)) == bare(mirrored(diff(b, a)))


@given(flows(), flows())
def test_it_is_deterministic(a: FlowSpec, b: FlowSpec) -> None:
    assert to_json(diff(a, b)) == to_json(diff(FlowSpec.from_json(a.to_json()), FlowSpec.from_json(b.to_json())))


@given(flows(), flows())
def test_it_is_json(a: FlowSpec, b: FlowSpec) -> None:
    assert strict_json.loads(strict_json.dumps(to_json(diff(a, b)))) == to_json(diff(a, b))


@given(flows(), st.data())
def test_it_takes_a_rename_for_exactly_one_rename(spec: FlowSpec, data: Any) -> None:
    chosen = data.draw(st.lists(st.sampled_from(sorted(spec.nodes)), unique=True)) if spec.nodes else []
    names = dict(zip(chosen, data.draw(st.permutations("ZYXWVUTS")), strict=False))

    rows = diff(spec, renamed(spec, names))

    assert [row.kind for row in rows] == [Kind.RENAMED] * len(names)


@given(JSON, JSON)
def test_it_patches_one_document_into_another(a: Any, b: Any) -> None:
    assert strict_json.canonical(applied(a, patch(a, b))) == strict_json.canonical(b)


@given(flows(), flows())
def test_it_patches_one_flow_into_another(a: FlowSpec, b: FlowSpec) -> None:
    made = FlowSpec.from_json(applied(a.to_json(), patch(a.to_json(), b.to_json())))

    assert made.hash == b.hash


@given(JSON)
def test_it_needs_no_patch_for_the_same(a: Any) -> None:
    assert patch(a, a) == []
