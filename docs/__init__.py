"""The documentation, and what keeps its tables in step with the code."""
