"""For systems that call Routilux from Python: copy `routilux_client.py`, it needs nothing else."""
