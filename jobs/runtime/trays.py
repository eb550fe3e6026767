"""What lies between the threads of a session: steps that nobody has begun, and attempts that nobody has committed.

A switch of threads costs more than a short step. So a thread that has run one runs the next that lies there, and
commits all of them in one go when none is left. A step that waits lets go of the interpreter, and then another thread
goes on with what lies there: whoever begins a step while there is more to do has called one, and that one is at hand.

There is one thread more than steps may run at a time, so that somebody can always commit.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from queue import SimpleQueue

from jobs.runtime.finished import Finished
from jobs.runtime.store.claim import Step

#: So long an attempt may wait for its commit while its thread runs steps that lie there already, in seconds.
HOLD = 0.01
#: What the lanes take up in so many seconds is claimed ahead, so that none waits for a claim: at most so many steps for
#: each lane, and none while steps are long.
AHEAD, MOST_AHEAD = 0.01, 4.0
#: How long a step is taken to be, in seconds, before anything is known, and after steps have turned out to be long.
UNKNOWN, LONG = 0.05, 1.0
#: A step that lies there for longer goes back: somebody else may be free for it.
PATIENCE = 0.06

Bell = SimpleQueue[None]  #: rings for one thread
Task = Step | list[Finished]


class Trays:
    def __init__(self, lanes: int, *, hire: Callable[[], Bell | None]) -> None:
        """`hire` starts one more thread, which then asks for its `next` task; None when all are there."""
        self._lanes = lanes
        self._hire = hire
        self._mutex = threading.Lock()
        self._steps: deque[Step] = deque()
        self._begun_at = 0.0  #: when the newest step that began did
        self._pace = UNKNOWN  #: how long a step takes, of late
        self._begun: dict[Bell, tuple[Step, float]] = {}
        self._done: list[Finished] = []
        self._done_since = 0.0
        self._writing: list[Finished] = []
        self._idle: list[Bell] = []  #: the last one to fall idle is called first: its caches are warm
        self._called: Bell | None = None  #: will look at the trays as soon as it gets the interpreter
        self._given_up: set[Bell] = set()
        self._halted = self._dismissed = False

    # For the threads.

    def next(self, bell: Bell) -> Task | None:
        """A step to run or attempts to commit, as soon as there is something; None: go home."""
        while True:
            with self._mutex:
                if self._called is bell:
                    self._called = None
                if bell in self._given_up:
                    return None
                if task := self._batch() or self._step(bell):
                    self._call()
                    return task
                if self._dismissed:
                    return None
                self._idle.append(bell)
            bell.get()

    def end(self, bell: Bell, finished: Finished | None) -> None:
        """The step of this thread is over. What is handed in here the thread itself looks after, with its `next`; from
        one that was given up nothing is taken."""
        with self._mutex:
            begun = self._begun.pop(bell, None)
            if begun is not None:
                self._pace += 0.1 * (time.monotonic() - begun[1] - self._pace)
            if begun is not None and finished is not None:
                self._lay_down(finished)

    def settle(self, follow: Iterable[Step], *, by: Bell | None = None) -> None:
        """What `next` gave to be committed is; these steps follow it. `by`: the thread that asks for its `next` now, so
        that no other need be called for what it can begin itself."""
        with self._mutex:
            self._writing = []
            self._called = self._called or by
            self._add(follow)

    # For everybody.

    def put(self, steps: Iterable[Step]) -> None:
        with self._mutex:
            self._add(steps)

    def hand_in(self, finished: Finished) -> None:
        """To be committed by whoever is free for it."""
        with self._mutex:
            self._lay_down(finished)
            self._call()

    def lead(self) -> list[Finished]:
        """What lies there to be committed, by the caller, who says `settle` then; nothing while somebody commits."""
        with self._mutex:
            return self._batch(wait=False)

    def give_up(self, bell: Bell) -> None:
        """Others take the place of the thread. Should it come back after all, it goes home: nobody watches it now."""
        with self._mutex:
            self._given_up.add(bell)
            self._begun.pop(bell, None)
            self._call()

    def take_back(self) -> list[Step]:
        """Steps that have lain there for too long, because those that run take longer than those before them."""
        with self._mutex:
            if not self._steps or time.monotonic() - self._begun_at < PATIENCE:
                return []
            self._pace = LONG
            back, self._steps = list(self._steps), deque()
            return back

    def halt(self) -> None:
        """Begin nothing more. What was claimed and not begun stays with the session, which hands it back."""
        with self._mutex:
            self._halted = True
            self._steps.clear()

    def dismiss(self) -> None:
        with self._mutex:
            self._dismissed = True
            for bell in self._idle:
                bell.put(None)

    @property
    def free(self) -> int:
        """How many more steps could begin now. A lane whose attempt can start no other is free before the commit."""
        with self._mutex:
            return max(0, self._lanes - self._taken)

    @property
    def ahead(self) -> int:
        """How many more to claim beside these, which would have to wait for a lane."""
        with self._mutex:
            return max(0, min(self._most_ahead, self._lanes + self._most_ahead - self._taken))

    @property
    def hungry(self) -> bool:
        """Is it time to claim? What is ahead lasts for a while, and one claim for many steps costs least."""
        return self.free + self.ahead > self._most_ahead // 2

    @property
    def left(self) -> int:
        """How many attempts wait for their commit without holding a place."""
        with self._mutex:
            return sum(f.left for f in (*self._done, *self._writing))

    @property
    def busy(self) -> bool:
        return bool(self._steps or self._begun or self._done or self._writing)

    @property
    def claimed(self) -> dict[int, Step]:
        """All steps that this session has and that are not committed, by id."""
        with self._mutex:
            begun = (step for step, _ in self._begun.values())
            attempts = (f.step for f in (*self._done, *self._writing))
            return {step.id: step for step in (*self._steps, *begun, *attempts)}

    # Under the mutex.

    def _batch(self, *, wait: bool = True) -> list[Finished]:
        if not self._done or self._writing or (wait and self._may_begin and self._in_time):
            return []
        self._writing, self._done = self._done, []
        return self._writing

    def _step(self, bell: Bell) -> Step | None:
        if not self._may_begin:
            return None
        step, self._begun_at = self._steps.popleft(), time.monotonic()
        self._begun[bell] = step, self._begun_at
        return step

    def _add(self, steps: Iterable[Step]) -> None:
        if not self._steps:
            self._begun_at = time.monotonic()
        if not self._halted:
            self._steps.extend(steps)
        self._call()

    @property
    def _taken(self) -> int:
        held = sum(not f.left for f in (*self._done, *self._writing))
        return len(self._steps) + len(self._begun) + held

    @property
    def _most_ahead(self) -> int:
        return int(min(MOST_AHEAD, AHEAD / max(self._pace, 1e-6)) * self._lanes)

    @property
    def _may_begin(self) -> bool:
        return bool(self._steps) and len(self._begun) < self._lanes

    @property
    def _in_time(self) -> bool:
        return time.monotonic() - self._done_since < HOLD

    def _lay_down(self, finished: Finished) -> None:
        if not self._done:
            self._done_since = time.monotonic()
        self._done.append(finished)

    def _call(self) -> None:
        """Have somebody look, if there is something to do and nobody is about to."""
        if self._called is None and (self._may_begin or (self._done and not self._writing)):
            if self._idle:
                self._called = self._idle.pop()
                self._called.put(None)
            else:
                self._called = self._hire()
