"""Which column a vertex stands in: cycles are cut at edges that lead back, the rest goes by the longest path."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

Edge = tuple[int, int]


def components(count: int, edges: Sequence[Edge]) -> list[list[int]]:
    """Vertices that hang together, each group and the groups in ascending order."""
    leader = list(range(count))

    def find(vertex: int) -> int:
        while leader[vertex] != vertex:
            leader[vertex] = leader[leader[vertex]]
            vertex = leader[vertex]
        return vertex

    for a, b in edges:
        low, high = sorted((find(a), find(b)))
        leader[high] = low
    groups: dict[int, list[int]] = {}
    for vertex in range(count):
        groups.setdefault(find(vertex), []).append(vertex)
    return list(groups.values())


def back_edges(count: int, edges: Sequence[Edge], first: Iterable[int] = ()) -> frozenset[int]:
    """Indexes of the edges without which there is no cycle, seen from `first` and then from where nothing leads to."""
    outgoing = _outgoing(count, edges)
    fed = {b for a, b in edges if a != b}
    sources = (vertex for vertex in range(count) if vertex not in fed)
    state = bytearray(count)  # 0 unseen, 1 on the current path, 2 done
    back: set[int] = set()
    for root in (*first, *sources, *range(count)):
        if not state[root]:
            back.update(_walk(root, outgoing, state))
    return frozenset(back)


def _walk(root: int, outgoing: Sequence[Sequence[tuple[int, int]]], state: bytearray) -> Iterator[int]:
    # A stack of iterators, since a chain of nodes may be longer than Python's recursion limit.
    state[root] = 1
    path = [(root, iter(outgoing[root]))]
    while path:
        vertex, rest = path[-1]
        for index, target in rest:
            if state[target] == 1:
                yield index
            elif not state[target]:
                state[target] = 1
                path.append((target, iter(outgoing[target])))
                break
        else:
            state[vertex] = 2
            path.pop()


def _outgoing(count: int, edges: Sequence[Edge]) -> list[list[tuple[int, int]]]:
    outgoing: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for index, (a, b) in enumerate(edges):
        outgoing[a].append((index, b))
    return outgoing


def longest_paths(count: int, edges: Sequence[Edge]) -> list[int]:
    """The rank of each vertex of an acyclic graph; where nothing leads to stands right before its first target."""
    outgoing = _outgoing(count, edges)
    waiting = [0] * count
    for _, b in edges:
        waiting[b] += 1
    sources = [vertex for vertex in range(count) if not waiting[vertex]]
    rank = [0] * count
    queue = deque(sources)
    while queue:
        vertex = queue.popleft()
        for _, target in outgoing[vertex]:
            rank[target] = max(rank[target], rank[vertex] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                queue.append(target)
    for vertex in sources:
        rank[vertex] = min((rank[target] for _, target in outgoing[vertex]), default=1) - 1
    return rank
