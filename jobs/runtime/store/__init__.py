"""The SQL of the hot path: claim, commit, rescue. Raw SQL lives here and in broker.py, nowhere else."""
