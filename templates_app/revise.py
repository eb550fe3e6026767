"""Keep heads and problems in step with what prototypes mean; a constant number of queries however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from templates_app import bulk, load, watch
from templates_app.assemble import Assembled, Assembler, assemble_flow, check_routine
from templates_app.bulk import NewRevision, add_revisions
from templates_app.models import Prototype, Revision
from templates_app.resolve import Merger, Resolved, ResolvedNode, resolve
from templates_app.watch import Revised

if TYPE_CHECKING:
    from templates_app.audit import Actor

Meanings = Mapping[int, Resolved | ResolvedNode]


def revise(prototypes: Collection[Prototype], *, actor: Actor = None, message: str = "") -> dict[int, Assembled]:
    """Resolve `prototypes` anew: a new hash of a flow gets a revision, a known one its old, an invalid flow no head.

    Returns what became of each, by id. Saves heads and problems of `prototypes`, and sets them on the objects.
    """
    stored = [found for found in prototypes if not found.is_code]
    meanings = _meanings(stored)
    assembler = Assembler()
    outcomes = {pk: _outcome(found, assembler) for pk, found in meanings.items()}
    heads = _revisions(outcomes, actor, message)
    _tell_watcher(stored, meanings, outcomes)
    _save(stored, outcomes, heads)
    return outcomes


def _meanings(prototypes: Collection[Prototype]) -> Meanings:
    flows = load.flow_sources(found.pk for found in prototypes if found.is_flow)
    routines = load.routine_sources(found.pk for found in prototypes if not found.is_flow)
    merged = Merger()
    resolved: dict[int, Resolved | ResolvedNode] = {pk: resolve(source, merged) for pk, source in flows.items()}
    for pk, source in routines.items():
        resolved[pk] = ResolvedNode(class_key=source.class_key, effective=merged(source.layers), layers=source.layers)
    return resolved


def _outcome(found: Resolved | ResolvedNode, assembler: Assembler) -> Assembled:
    if isinstance(found, Resolved):
        return assemble_flow(found, assembler)
    return Assembled(None, tuple(check_routine(found)))


def _tell_watcher(prototypes: Iterable[Prototype], meanings: Meanings, outcomes: Mapping[int, Assembled]) -> None:
    watcher = watch.current()
    if watcher is None:
        return
    for found in prototypes:
        watcher.saw(
            Revised(
                prototype=found,
                head_before=found.head_id,
                problems_before=found.problems,
                resolved=meanings[found.pk],
                outcome=outcomes[found.pk],
            )
        )


def _revisions(outcomes: Mapping[int, Assembled], actor: Actor, message: str) -> dict[int, int]:
    hashes = {pk: found.spec.hash for pk, found in outcomes.items() if found.spec}
    known = _known_revisions(hashes) if hashes else {}
    missing = [pk for pk, hash_ in hashes.items() if (pk, hash_) not in known]
    if missing:
        made = _add({pk: outcomes[pk] for pk in missing}, actor, message)
        known.update({(pk, hashes[pk]): revision for pk, revision in made.items()})
    return {pk: known[pk, hash_] for pk, hash_ in hashes.items()}


def _add(outcomes: Mapping[int, Assembled], actor: Actor, message: str) -> dict[int, int]:
    rows = [NewRevision(pk, found.spec.hash, found.spec.canonical) for pk, found in outcomes.items() if found.spec]
    made = add_revisions(rows, message=message, author=actor.pk if actor else None)
    watcher = watch.current()
    if watcher is not None:
        watcher.made.update((made[row.flow], (row.flow, row.hash)) for row in rows)
    return made


def _known_revisions(hashes: Mapping[int, str]) -> dict[tuple[int, str], int]:
    """A revision that a launch had made becomes one of the history when a save comes to the same."""
    rows = Revision.objects.filter(flow_id__in=hashes, hash__in=set(hashes.values()))
    found = list(rows.values_list("flow_id", "hash", "pk", "for_launch"))
    known = {(flow, hash_): pk for flow, hash_, pk, _ in found if hashes[flow] == hash_}
    saved = [pk for flow, hash_, pk, for_launch in found if for_launch and hashes[flow] == hash_]
    if saved:
        Revision.objects.filter(pk__in=saved).update(for_launch=False)
    return known


def revision_for_launch(flow: Prototype, outcome: Assembled, *, actor: Actor, message: str) -> Revision:
    """The revision of `flow` that means `outcome`, made if there is none; neither head nor problems move."""
    assert outcome.spec is not None  # noqa: S101 - who asks has made sure that the flow is valid
    found = Revision.objects.filter(flow=flow.pk, hash=outcome.spec.hash).first()
    if found is None:
        made = _add({flow.pk: outcome}, actor, message)
        Revision.objects.filter(pk__in=made.values()).update(for_launch=True)
        found = Revision.objects.get(pk=made[flow.pk])
    return found


def _save(prototypes: Collection[Prototype], outcomes: Mapping[int, Assembled], heads: Mapping[int, int]) -> None:
    """A flow's row is the business of whoever edits it: neither version nor updated_at moves when a parent does."""
    moved = [found for found in prototypes if found.head_id != heads.get(found.pk)]
    for found in moved:
        found.head_id = heads.get(found.pk)
    told = {found: [problem.to_json() for problem in outcomes[found.pk].problems] for found in prototypes}
    other = [found for found, problems in told.items() if found.problems != problems]
    for found in other:
        found.problems = told[found]
    bulk.move_heads({found.pk: found.head_id for found in moved})
    bulk.tell_problems({found.pk: found.problems for found in other})
