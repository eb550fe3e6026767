"""Whether the routine `test_switch` fails: turned by tests, to mend from outside what made a job fail."""

from __future__ import annotations

broken = True
