"""What tests see of coroutines that wait, and how they let one go."""

from __future__ import annotations

import threading


class Waiting:
    """Who waits now, and how many waited at once at most."""

    def __init__(self) -> None:
        self.together: set[str] = set()
        self.most = 0
        self.over = threading.Event()

    def add(self, key: str) -> None:
        self.together.add(key)
        self.most = max(self.most, len(self.together))

    def forget(self) -> None:
        self.__init__()  # type: ignore[misc]


waiting = Waiting()
