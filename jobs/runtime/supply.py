"""Steps for the threads of a session: claimed as many as can begin soon, and given back when they cannot after all."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from jobs.runtime import failpoints, wake
from jobs.runtime.handing import hand_on
from jobs.runtime.store import claim
from jobs.runtime.store.link import DATABASE_ERRORS, Link
from jobs.runtime.turns import Turns

if TYPE_CHECKING:
    from jobs.runtime.session import Session

#: At most so often, in seconds, another session is called for what this one cannot carry.
CALL_EVERY = 0.1


class Supply:
    """Used by the main thread of a session."""

    def __init__(self, session: Session, link: Link) -> None:
        self.more = False  #: there was more than the lanes of this session could take
        self._more_on_loop = False  #: and more than its event loop could
        self._scarce = False  #: it did not get all that it asked for
        self._session = session
        self._link = link
        self._turns = Turns()
        self._called = 0.0

    @property
    def is_wanted(self) -> bool:
        """Somebody spoke of work, or there was some left and by now somebody is free for it."""
        on_loop = self._more_on_loop and self._session.crew.room > 0
        return self._session.ear.heard or on_loop or (self.more and self._can_begin)

    @property
    def has_left_some(self) -> bool:
        return self.more or self._more_on_loop

    @property
    def _can_begin(self) -> bool:
        """When little is left, nothing is claimed that no lane is free for."""
        trays = self._session.trays
        return trays.free > 0 if self._scarce else trays.hungry

    def bring(self) -> None:
        session = self._session
        if session.ear.alarm.left() == 0.0:
            session.helper.wake_what_is_due()
        if session.isolation.on:
            self._claim_suspect()
        elif session.trays.free or session.trays.ahead or session.crew.room:
            self._claim_for_crew()
        else:
            session.ear.heard, self.more = False, True
            self._call_another()

    def take_back(self) -> None:
        if steps := self._session.trays.take_back():
            claim.hand_back(self._link, steps, session=self._session.id)
            wake.ring(self._link, more=True)

    def _claim_suspect(self) -> None:
        session = self._session
        step = session.isolation.take(session.crew.running)
        session.ear.heard = not session.isolation.on  # what was left to others meanwhile
        if step is not None:
            self._dispatch([step])

    def _claim_for_crew(self) -> None:
        self._session.ear.heard = False
        trays, room = self._session.trays, self._session.crew.room
        lanes, ahead = trays.free, trays.ahead
        failpoints.hit("before_claim")
        steps = self._take(lanes, ahead, room)
        failpoints.hit("after_claim")
        on_loop = sum(step.on_loop for step in steps)
        self._look_at_rest(len(steps) - on_loop, lanes=lanes, ahead=ahead)
        if room:
            self._more_on_loop = on_loop == room
        self._dispatch(steps)
        if self.has_left_some:
            self._call_another()

    def _look_at_rest(self, found: int, *, lanes: int, ahead: int) -> None:
        """Is there more than this session can carry, as far as what was `found` tells? When no lane is free, little is
        taken or nothing, although some may be left."""
        self._scarce = found < lanes + ahead
        self.more = found >= lanes if lanes else found > 0 or claim.any_ready(self._link)

    def _take(self, lanes: int, ahead: int, room: int) -> list[claim.Step]:
        """An answer that was long on its way may speak of steps that others have taken over meanwhile."""
        session, asked = self._session, time.monotonic()
        ask = partial(claim.claim, self._link, session=session.id)
        steps = self._turns.take(ask, lanes=lanes, ahead=ahead, loop=room)
        if time.monotonic() - asked > session.lease / 2:
            session.beat()
        return [] if session.is_lost else steps

    def _call_another(self) -> None:
        if time.monotonic() - self._called >= CALL_EVERY:
            self._called = time.monotonic()
            wake.ring(self._link, more=True)

    def _dispatch(self, steps: Iterable[claim.Step]) -> None:
        self._session.crew.take([step for step in steps if self._can_run(step)])

    def _can_run(self, step: claim.Step) -> bool:
        try:
            self._session.programs.get(step.revision_id)
        except DATABASE_ERRORS:
            raise
        except Exception as error:
            self._session.give_way()
            hand_on(self._link, step, session=self._session.id, why=f"the revision cannot be run here: {error}")
            return False
        return True
