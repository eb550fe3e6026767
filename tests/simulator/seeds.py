"""Which worlds are looked at: those that failed once, and a fixed row of others."""

from __future__ import annotations

from pathlib import Path

from tests.simulator.store import Broken
from tests.simulator.world import simulate

FILE = Path(__file__).with_name("seeds.txt")


def kept() -> list[int]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [int(line.split("#")[0]) for line in lines if line.split("#")[0].strip()]


def keep(seed: int, why: object) -> None:
    if seed not in kept():
        with FILE.open("a", encoding="utf-8") as file:
            file.write(f"{seed}  # {why}\n")


def watched(seed: int) -> int:
    """Simulate; a seed that fails is kept and named."""
    try:
        return simulate(seed)
    except Exception as error:
        keep(seed, f"{type(error).__name__}: {error}"[:150])
        raise Broken(f"seed {seed}, kept in {FILE.name}: {error}") from error
