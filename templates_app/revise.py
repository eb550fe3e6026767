"""Keep the heads of flows in step with what the flows mean; a constant number of queries however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import Max

from templates_app import load
from templates_app.assemble import Assembled, assemble_flow
from templates_app.models import Prototype, Revision
from templates_app.resolve import resolve

if TYPE_CHECKING:
    from templates_app.audit import Actor


def revise(flows: Collection[Prototype], *, actor: Actor = None, message: str = "") -> dict[int, Assembled]:
    """Resolve `flows` anew: a new hash gets a revision, a known hash its old one, an invalid flow loses its head.

    Returns what became of each flow, by id. Saves heads and problems of `flows`, and sets them on the objects.
    """
    outcomes = {pk: assemble_flow(resolve(source)) for pk, source in load.flow_sources(f.pk for f in flows).items()}
    heads = _revisions(flows, outcomes, actor, message)
    _save(flows, outcomes, heads)
    return outcomes


def _revisions(
    flows: Collection[Prototype], outcomes: Mapping[int, Assembled], actor: Actor, message: str
) -> dict[int, int]:
    hashes = {pk: found.spec.hash for pk, found in outcomes.items() if found.spec}
    known = _known_revisions(hashes)
    missing = [pk for pk, hash_ in hashes.items() if (pk, hash_) not in known]
    if missing:
        last = _last_numbers(missing)
        made = Revision.objects.bulk_create(
            _revision(pk, last.get(pk, 0) + 1, outcomes[pk], actor, message) for pk in missing
        )
        known.update({(revision.flow_id, revision.hash): revision.pk for revision in made})
    return {pk: known[pk, hash_] for pk, hash_ in hashes.items()}


def _known_revisions(hashes: Mapping[int, str]) -> dict[tuple[int, str], int]:
    rows = Revision.objects.filter(flow_id__in=hashes, hash__in=set(hashes.values()))
    return {(flow, hash_): pk for flow, hash_, pk in rows.values_list("flow_id", "hash", "pk")}


def _last_numbers(flows: Iterable[int]) -> dict[int, int]:
    rows = Revision.objects.filter(flow_id__in=flows).order_by().values("flow_id").annotate(last=Max("number"))
    return dict(rows.values_list("flow_id", "last"))


def _revision(flow: int, number: int, outcome: Assembled, actor: Actor, message: str) -> Revision:
    assert outcome.spec is not None  # noqa: S101 - only flows with a spec have a hash that could be missing
    return Revision(
        flow_id=flow,
        number=number,
        canonical=outcome.spec.canonical,
        hash=outcome.spec.hash,
        message=message,
        created_by_id=actor.pk if actor else None,
    )


def _save(flows: Collection[Prototype], outcomes: Mapping[int, Assembled], heads: Mapping[int, int]) -> None:
    """One statement a column: many flows with new heads and the same problems is the usual case.

    A flow's row is the business of whoever edits it: neither version nor updated_at moves when a parent does.
    """
    moved = [flow for flow in flows if flow.head_id != heads.get(flow.pk)]
    for flow in moved:
        flow.head_id = heads.get(flow.pk)
    told = {flow: [problem.to_json() for problem in outcomes[flow.pk].problems] for flow in flows}
    other = [flow for flow, problems in told.items() if flow.problems != problems]
    for flow in other:
        flow.problems = told[flow]
    if moved:
        Prototype.objects.bulk_update(moved, ["head"])
    if other:
        Prototype.objects.bulk_update(other, ["problems"])
