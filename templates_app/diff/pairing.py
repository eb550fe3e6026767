"""Pairs up nodes that are the same but for their names, by refining what is known of them along their wires."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping

ROUNDS = 16
GUESSES = 16

Wires = Mapping[str, tuple[tuple[str, str, str, str], ...]]
#: wires and content of the nodes that stand on one side only, and their names
Loose = tuple[Wires, Mapping[str, str], tuple[str, ...]]
Colours = dict[str, int]
Group = tuple[list[str], list[str]]


def pair_exactly(old: Loose, new: Loose) -> dict[str, str]:
    """Old name to new name where content is equal and wiring is equal, given that the other pairs hold.

    Twins, which nothing tells apart but their neighbours, are paired in the order of their names; each such guess may
    settle their neighbours, so that chains of twins stay together.
    """
    found: dict[str, str] = {}
    guesses = 0
    while groups := _groups(old, new, found):
        certain = [group for group in groups if _is_settled(group, old, new, found)]
        if not certain and guesses < GUESSES:
            guesses += 1
            first = min(groups, key=lambda group: min(group[0] + group[1]))
            certain = [(first[0][:1], first[1][:1])]
        for left, right in certain or groups:
            found.update(zip(left, right, strict=False))
    return found


def _groups(old: Loose, new: Loose, found: Mapping[str, str]) -> list[Group]:
    """The nodes still loose, together with those of the other side that look the same."""
    meanings: dict[Hashable, int] = {}
    left = _colours(old, found, meanings)
    right = _colours(new, {name: name for name in found.values()}, meanings)
    by_colour: dict[int, Group] = defaultdict(lambda: ([], []))
    for colours, side in ((left, 0), (right, 1)):
        for name in sorted(colours):
            by_colour[colours[name]][side].append(name)
    return [group for group in by_colour.values() if group[0] and group[1]]


def _colours(side: Loose, fixed: Mapping[str, str], meanings: dict[Hashable, int]) -> Colours:
    """A number for all that is known of each loose node: equal numbers mean equal surroundings."""
    wires, content, names = side
    colours = {name: _number(meanings, content[name]) for name in names if name not in fixed}
    for number in range(min(ROUNDS, len(colours))):
        colours = {
            name: _number(meanings, (number, colour, _around(wires[name], fixed, colours)))
            for name, colour in colours.items()
        }
    return colours


def _number(meanings: dict[Hashable, int], meaning: Hashable) -> int:
    return meanings.setdefault(meaning, len(meanings))


def _around(
    wires: tuple[tuple[str, str, str, str], ...], fixed: Mapping[str, str], colours: Colours
) -> tuple[tuple[str, str, str, str, int], ...]:
    ends = ((*wire[:3], fixed.get(wire[3], wire[3]) if wire[3] not in colours else "", wire[3]) for wire in wires)
    return tuple(sorted((way, port, other, name, colours.get(node, -1)) for way, port, other, name, node in ends))


def _is_settled(group: Group, old: Loose, new: Loose, found: Mapping[str, str]) -> bool:
    """Only one each, or so that it does not matter which is which: all their neighbours are known."""
    left, right = group
    if len(left) == len(right) == 1:
        return True
    gone, come = {*old[2]} - found.keys(), {*new[2]} - set(found.values())
    return not any(
        wire[3] in loose
        for names, side, loose in ((left, old, gone), (right, new, come))
        for name in names
        for wire in side[0][name]
    )
