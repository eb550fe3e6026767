"""What a session looks after beside its own steps, once a second: the dead, deadlines, whatever is due."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

Duty = Callable[[], object]
EVERY = 1.0


class Rounds:
    """One small duty at a turn of the main thread, so that no step that is ready waits for all of them."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._duties = duties
        self._left: deque[Duty] = deque()
        self._began = 0.0

    @property
    def under_way(self) -> bool:
        return bool(self._left)

    def next(self) -> Duty | None:
        """The duty of this turn; None between two rounds."""
        now = time.monotonic()
        if not self._left and now - self._began >= EVERY:
            self._began = now
            self._left.extend(self._duties)
        return self._left.popleft() if self._left else None
