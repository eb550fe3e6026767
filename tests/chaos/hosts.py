"""The hosts of a storm: each a supervised cluster, started again when its supervisor dies, as an init system would."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress

import psutil

from tests.house import House, kill_tree


class Host:
    def __init__(self, house: House, environment: Mapping[str, str]) -> None:
        self._house = house
        self._environment = dict(environment)
        self._mutex = threading.Lock()
        self.process = house.start_runtime(**self._environment)

    def keep_up(self) -> None:
        with self._mutex:
            if self.process.poll() is not None:
                self.process = self._house.start_runtime(**self._environment)

    def family(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return list(self.process.children(recursive=True))
        return []

    def supervisor(self) -> psutil.Process | None:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid)
        return None

    def main(self) -> psutil.Process | None:
        with suppress(psutil.NoSuchProcess):
            return next(iter(self.process.children()), None)
        return None

    def sentinel(self) -> psutil.Process | None:
        with suppress(psutil.NoSuchProcess):
            main = self.main()
            return next(iter(main.children()), None) if main else None
        return None

    def end(self) -> None:
        with self._mutex:
            kill_tree(self.process)


class Keeper(threading.Thread):
    """Starts supervisors again that have died."""

    def __init__(self, hosts: list[Host]) -> None:
        super().__init__(name="keeper", daemon=True)
        self._hosts = hosts
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.3):
            for host in self._hosts:
                host.keep_up()

    def end(self) -> None:
        self._over.set()
        self.join()
        for host in self._hosts:
            host.end()


def send(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
