# make demo    see it work: set up, serve, run the sample flow (ONCE=1: stop after it)
# make up      set up and serve, no sample run; make down stops it, and the embedded Postgres
# make test    lint, types and the whole suite; make e2e adds the browser
# make bench   the speed table, with peers (JSON=file, DOC=1 into the docs, ROWS=n, PEERS=names, QUICK=1)
# make chaos   a storm of faults and what it left (MINUTES=1, SEED, JSON=file, DOC=1: write it into docs)
# Environment: PORT (8000), WEB_HOST (127.0.0.1), ROUTILUX_HOME (.routilux), DATABASE_URL, PYTHON; see routilux_site/settings.py

.PHONY: help setup setup-dev demo up down test e2e lint types bench chaos pins
.DEFAULT_GOAL := help

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py

help:
	@sed -n 's/^# //p' Makefile

setup:
	@.ci/setup base

setup-dev:
	@.ci/setup dev

demo: setup
	@$(MANAGE) demo $(if $(filter-out 0,$(ONCE)),--once)

up: setup
	@$(MANAGE) up

down:
	@if [ -x $(BIN)/python ]; then $(MANAGE) down; else echo "Nothing is set up here."; fi

test: lint types
	$(BIN)/pytest -q -n 3 --dist loadgroup

e2e: setup-dev
	$(BIN)/pytest -q -m e2e tests/e2e

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

bench: setup-dev
	@.ci/setup bench || echo "The peers cannot be installed, so they are left out."
	$(BIN)/python -m benchmarks

chaos: setup-dev
	$(BIN)/python -m tests.chaos

pins: setup-dev
	cd requirements && for name in base dev bench; do ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	    --generate-hashes --default-index https://pypi.org/simple --no-emit-index-url --custom-compile-command "make pins" \
	    $$name.in -o $$name.txt || exit 1; done
