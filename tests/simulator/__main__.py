"""python -m tests.simulator SEED: look at new worlds from that seed on, until Ctrl-C; failing seeds are kept."""

from __future__ import annotations

import os
import sys
from itertools import count

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routilux_site.settings")
    django.setup()
    from tests.simulator.seeds import watched

    steps = 0
    for seed in count(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000):
        steps += watched(seed)
        if seed % 1000 == 0:
            sys.stdout.write(f"seed {seed}: {steps} steps, every law held\n")


main()
