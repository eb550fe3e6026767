"""A deterministic simulator: one job, the real routing and commit composition, a store in memory, chaos by seed."""
