"""The peers. Their programs run in .venv-bench, so nothing here may import Django settings or the project."""
