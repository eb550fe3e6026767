"""Documents that the tests of the DSL share."""

from __future__ import annotations

from templates_app import dsl
from templates_app.models import FlowPrototype, RoutinePrototype

#: Exactly as the original library wrote it.
ORIGINAL = """\
flow_id: my_flow
routines:
  source:
    class: t_fetch
    config: {timeout: 60}
    error_handler:
      strategy: retry
      max_retries: 3
      is_critical: false
  sink:
    class: t_fetch
connections:
  - {from: source.fetched, to: sink.requests}
execution:
  timeout: 300.0
"""

FETCHER = """\
kind: routine
name: fetcher
description: Fetches with care.
category: net
tags: [slow, careful]
class: t_fetch
config: {timeout: 60, label: "no"}
policy: {type: batch_size, min_batch_size: 10}
logic: t_logic
error_handler: {strategy: skip}
slots: {requests: {capacity: 50}}
timeout: 5.5
"""

PATIENT = """\
kind: routine
name: patient
parent: fetcher
overrides: {config: {timeout: 600}, logic: null}
"""

PIPELINE = """\
kind: flow
flow_id: pipeline
routines:
  first: {class: fetcher}
  second: {class: patient, config: {retries: 9}}
connections:
  - {from: first.fetched, to: second.requests}
entry: first.requests
error_handler: {strategy: continue}
input_schema: {type: object}
execution: {timeout: 300, max_workers: 4, max_attempts: 5, keep_open: true}
"""

EXPRESS = """\
kind: flow
flow_id: express
parent: pipeline
overrides:
  routines: {first: {config: {timeout: 1}}}
  execution: {max_workers: 20}
"""

ALL = "---\n".join((EXPRESS, PIPELINE, PATIENT, FETCHER))


def flow(name: str) -> FlowPrototype:
    return FlowPrototype.objects.get(name=name)


def routine(name: str) -> RoutinePrototype:
    return RoutinePrototype.objects.get(name=name)


def put(text: str) -> dsl.Plan:
    return dsl.apply(dsl.parse(text))
