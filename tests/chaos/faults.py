"""What can break, and how often it does. Each fault takes the arena; False says that there was nothing to break."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import psutil

from jobs.runtime.failpoints import PLACES
from tests.chaos.arena import LEASE, Arena
from tests.chaos.hosts import Host, send

Fault = Callable[[Arena], bool]


def kill_one_of(find: Callable[[Arena], list[int]], arena: Arena) -> bool:
    found = find(arena)
    return bool(found) and kill(arena, [arena.dice.choice(found)])


def kill(arena: Arena, pids: list[int]) -> bool:
    at = time.monotonic()
    struck = [pid for pid in pids if send(pid, signal.SIGKILL)]
    if not struck:
        return False
    arena.recovery.died(pids, at=at)
    return True


def kill_busy(arena: Arena) -> bool:
    """Two at once, where there are two: whoever takes over from one may have been the other."""
    found = arena.busy()
    victims = arena.dice.sample(found, min(2, len(found)))
    return sum(kill(arena, [pid]) for pid in victims) > 0


def idle(arena: Arena) -> list[int]:
    return sorted({*arena.role("worker")} - {*arena.busy()})


def above(arena: Arena, which: Callable[[Host], psutil.Process | None]) -> bool:
    """A process that others depend on dies, and they die with it."""
    host = arena.dice.choice(arena.hosts)
    victim, family = which(host), host.family()
    if victim is None:
        return False
    at = time.monotonic()
    if not send(victim.pid, signal.SIGKILL):
        return False
    arena.recovery.died([member.pid for member in family], at=at)
    arena.later(5.0, lambda: count_orphans(arena, family))
    return True


def count_orphans(arena: Arena, family: list[psutil.Process]) -> None:
    """Whoever is still alive without a supervisor of its own works on unguarded."""
    guarded = {process.pid for host in arena.hosts for process in host.family()}
    arena.done["orphans"] += sum(p.is_running() and p.pid not in guarded for p in family)


def kill_cluster(arena: Arena) -> bool:
    """The whole process group of a cluster at once."""
    main = arena.dice.choice(arena.hosts).main()
    return main is not None and kill(arena, [p.pid for p in (main, *main.children(recursive=True))])


def kill_host(arena: Arena) -> bool:
    host = arena.dice.choice(arena.hosts)
    return kill(arena, [host.process.pid, *(p.pid for p in host.family())])


def arm_failpoint(arena: Arena) -> bool:
    """The next processes that come by a place die there."""
    place, number = arena.dice.choice(PLACES), arena.done["failpoints"]
    if len(list(arena.failpoints.glob(f"{place}.*"))) > 1:
        return False
    arena.done["failpoints"] += 1
    (arena.failpoints / f"{place}.{number}").write_text(f"kill 0.5 {arena.seed}")
    return True


def freeze(arena: Arena) -> bool:
    """A process stands still for longer than its lease, and then goes on as if nothing had happened."""
    found = arena.busy()
    if not found:
        return False
    pid = arena.dice.choice(found)
    arena.done["freezes"] += send(pid, signal.SIGSTOP)
    arena.later(LEASE + arena.dice.uniform(0.5, 3.0), partial(send, pid, signal.SIGCONT))
    return True


def crash_database(arena: Arena, outage: float = 0.0) -> bool:
    with arena.server:
        arena.house.server.stop("immediate")
        arena.done["database_crashes"] += 1
        time.sleep(outage)
        arena.house.server.ensure()
    return True


def outage(arena: Arena) -> bool:
    """Mostly seconds, now and then up to a minute."""
    longest = arena.dice.choice((2.0, 2.0, 2.0, 2.0, 5.0, 5.0, 10.0, 60.0))
    return crash_database(arena, arena.dice.uniform(0, min(longest, arena.longest_outage)))


def cut(arena: Arena) -> bool:
    """The next commit over the network is lost, or its answer is."""
    arena.proxy.arm(arena.dice.choice(("before_commit", "after_commit", "after_commit")))
    return True


def reset(arena: Arena) -> bool:
    arena.proxy.reset()
    return True


def stall(arena: Arena) -> bool:
    """Nothing comes through for a while, which may be longer than a lease."""
    arena.proxy.stall(on=True)
    arena.later(arena.dice.uniform(0.2, 2 * LEASE), partial(arena.proxy.stall, on=False))
    return True


FAULTS: Final[Mapping[str, tuple[Fault, int]]] = {
    "failpoint": (arm_failpoint, 40),
    "busy workers": (kill_busy, 25),
    "idle worker": (partial(kill_one_of, idle), 3),
    "pusher": (partial(kill_one_of, lambda arena: arena.role("pusher")), 6),
    "monitor": (partial(kill_one_of, lambda arena: arena.role("monitor")), 2),
    "sentinel": (lambda arena: above(arena, Host.sentinel), 1),
    "main": (lambda arena: above(arena, Host.main), 1),
    "supervisor": (lambda arena: above(arena, Host.supervisor), 1),
    "cluster": (kill_cluster, 1),
    "host": (kill_host, 1),
    "freeze": (freeze, 4),
    "database": (crash_database, 8),
    "outage": (outage, 1),
    "cut": (cut, 8),
    "reset": (reset, 2),
    "stall": (stall, 2),
}


def draw(arena: Arena, number: int) -> str:
    """The fault of that number in the schedule: it follows from the seed alone, as does whatever it chooses."""
    arena.dice = random.Random(f"{arena.seed} {number}")
    return arena.dice.choices(list(FAULTS), weights=[weight for _, weight in FAULTS.values()])[0]
