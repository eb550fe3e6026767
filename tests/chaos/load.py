"""The work that is under way: jobs triggered by a client that asks again until it is answered, and a ledger of them."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from tests.desk import Desk, DeskError
from tests.faults import work
from tests.house import House

UNDER_WAY = "SELECT count(*) FROM jobs_job WHERE finished_at IS NULL"
PAUSED = "INSERT INTO hazard_pause VALUES (%s, %s, clock_timestamp()) RETURNING 1"
FLOWS = (*work.NAMES, "open")
#: Of so many jobs one is poison: enough to be about all the time, and not so many that nothing else would run.
POISON_EVERY = 60


@dataclass
class Entry:
    """A job that was accepted. `loose`: a request about it was never answered, so it may have been heard or not."""

    job: str
    flow: str
    n: int
    cancelled: bool = False
    loose: bool = False


class Load(threading.Thread):
    def __init__(self, house: House, desk: Desk, *, seed: int, under_way: int = 30) -> None:
        super().__init__(name="load", daemon=True)
        self._house = house
        self._desk = desk
        self._dice = random.Random(f"load {seed}")
        self._under_way = under_way
        self._over = threading.Event()
        self.ledger: list[Entry] = []

    def run(self) -> None:
        while not self._over.is_set():
            if self._count() >= self._under_way:
                time.sleep(0.05)
            else:
                self.feed()

    def end(self) -> None:
        self._over.set()
        self.join()

    def feed(self) -> None:
        """One more job; now and then something is done to it, too."""
        n = 10 * len(self.ledger)
        poison = self._dice.choice((work.POISONS, work.DEADLY))
        flow = self._dice.choice(FLOWS if self._dice.randrange(POISON_EVERY) else poison)
        lot = self._dice.random()
        entry = Entry(self._until_answered("trigger", flow=flow, input={"n": n}, key=f"n{n}"), flow, n)
        self.ledger.append(entry)
        if flow == "open":
            self._feed_open(entry)
        elif lot < 0.05:
            self._pause(entry)
        elif lot < 0.1:
            self._cancel(entry)

    def _feed_open(self, entry: Entry) -> None:
        for number in (1, 2):
            payload = {"n": entry.n + number}
            entry.loose |= not self._once("post", entry.job, node="s0", slot="input", payload=payload)
        self._until_answered("close", job=entry.job)

    def _cancel(self, entry: Entry) -> None:
        entry.cancelled = self._once("cancel", entry.job)
        entry.loose |= not entry.cancelled

    def _pause(self, entry: Entry) -> None:
        since = self._clock() if self._once("pause", entry.job) else None
        if since:
            time.sleep(0.3)
            with suppress(psycopg.Error):
                self._house.rows(PAUSED, entry.job, since)
        self._until_answered("resume", job=entry.job)

    def _clock(self) -> object:
        with suppress(psycopg.Error):
            return self._house.value("SELECT clock_timestamp()")
        return None

    def _once(self, do: str, job: str, **words: object) -> bool:
        try:
            self._desk.ask(do, job=job, **words)
        except DeskError:
            return False
        return True

    def _until_answered(self, do: str, **words: object) -> str:
        """Ask until the answer comes; that the job is not in a state for it any more is an answer, too."""
        while True:
            try:
                return str(self._desk.ask(do, **words))
            except DeskError as error:
                if str(error).startswith("WrongState"):
                    return ""
                time.sleep(0.1)

    def _count(self) -> int:
        with suppress(psycopg.Error):
            return int(self._house.value(UNDER_WAY))
        return self._under_way


class Editor(threading.Thread):
    """Changes a template all the time; each job must keep to what it meant when the job began."""

    def __init__(self, desk: Desk, *, pause: float = 0.02) -> None:
        super().__init__(name="editor", daemon=True)
        self._desk = desk
        self._pause = pause
        self._over = threading.Event()
        self.edits = 0

    def run(self) -> None:
        while not self._over.wait(self._pause):
            with suppress(DeskError):
                self._desk.ask("edit", routine="marked", config={"seconds": 0.01, "mark": self.edits + 2})
                self.edits += 1

    def end(self) -> None:
        self._over.set()
        self.join()
