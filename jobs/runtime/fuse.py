"""Pure steps travel with the next commit of their lane instead of having one each.

A lane that finished a pure step goes on with the pure steps that it caused, in memory. What they did is written by one
commit: when the next step is not pure, when the job ends, or when the time is up. After a crash they simply run again.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from jobs.runtime.finished import Finished
from jobs.runtime.router import NewStep, Router
from jobs.runtime.store.claim import Inputs, Step

#: How long a finished step may wait for its commit, in seconds, and how many may travel together.
AT_MOST_SECONDS = 0.1
AT_MOST = 500

Execute = Callable[[Step], Finished]


def routed(finished: Finished) -> Router:
    """What a step emitted, routed without a look at the rest of its job."""
    router = Router(finished.program)
    _emit(router, finished, finished.step.id)
    return router


def fuse(root: Finished, execute: Execute) -> Finished | None:
    """Run what a pure step caused, and let it travel with `root`.

    Returns an attempt that has to be committed by itself, because it failed or touched durable state: the step that the
    lane goes on with after the commit of `root` is the one that it belongs to.
    """
    chain = _Chain(root)
    while (step := chain.next()) is not None:
        finished = execute(chain.virtual(step))
        if not finished.plain:
            root.follow_with = step.ordinal
            return finished
        chain.add(step, finished)
    return None


class _Chain:
    def __init__(self, root: Finished) -> None:
        self.router = root.routed = routed(root)
        self._root = root
        self._inputs: dict[int, Inputs] = {}
        self._seen = 0
        self._deadline = root.ended + AT_MOST_SECONDS
        self._waiting: deque[NewStep] = deque()
        self._take_in(0)

    def next(self) -> NewStep | None:
        """The next step to run without a commit, if there is one and time for it."""
        in_time = time.monotonic() < self._deadline and len(self._root.fused) < AT_MOST
        return self._waiting.popleft() if in_time and self._waiting else None

    def virtual(self, new: NewStep) -> Step:
        """It has no row of its own yet: it is known by its place beside the root."""
        root = self._root.step
        inputs = self._inputs.pop(new.ordinal, {})
        step = root.caused(id=root.id, node=new.node, message=new.message, inputs=inputs)
        step.root, step.place = root, new.ordinal
        return step

    def add(self, step: NewStep, finished: Finished) -> None:
        self._root.fused[step.ordinal] = finished
        known = len(self.router.steps)
        _emit(self.router, finished, -step.ordinal)
        self._take_in(known)

    def _take_in(self, known: int) -> None:
        """New steps of pure nodes line up, with a copy of their input of their own."""
        fusible = self._root.program.fusible
        self._waiting += (step for step in self.router.steps[known:] if step.node in fusible)
        for item in self.router.items[self._seen :]:
            if item.taker and item.port and item.port.node in fusible:
                item.hand_over(self._inputs.setdefault(item.taker, {}))
        self._seen = len(self.router.items)


def _emit(router: Router, finished: Finished, source: int) -> None:
    for e in finished.emissions:
        router.emit(source=source, node=finished.step.node, event=e.event, payload=e.payload)
