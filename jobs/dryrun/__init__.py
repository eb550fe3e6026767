"""Trying a flow without running it: the router of production, in memory, with sample input. Nothing is written."""
