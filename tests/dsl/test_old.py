"""Old files are refused with the sentence that says how to go on; migrated, they say the same in today's words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app import dsl
from templates_app.dsl import old
from templates_app.dsl.gone import ADVICE, strategy_is_gone
from templates_app.dsl.read import read
from templates_app.factory import retired
from templates_app.refusals import Refused
from tests.dsl.test_round_trip import OBJECTS
from tests.dsl.texts import EXPRESS, ORIGINAL, PIPELINE

SENTENCE = (
    "remove it; every flow runs on the one Runtime. For the old 'sequential' set max_workers=1; "
    "for 'concurrent' leave max_workers out or keep your number."
)


@pytest.mark.parametrize("value", ["sequential", "concurrent"])
@pytest.mark.parametrize(
    ("text", "before", "path"),
    [
        (ORIGINAL, "execution:\n", "my_flow.execution.{}"),
        (ORIGINAL, "flow_id: my_flow\n", "my_flow.{}"),
        (EXPRESS, "overrides:\n", "express.overrides.{}"),
        (EXPRESS, "execution: {", "express.overrides.execution.{}"),
        (PIPELINE, "first: {", "pipeline.routines.first.{}"),
    ],
)
@pytest.mark.parametrize("key", ["execution_strategy", "execution_mode", "execute_concurrent"])
def test_it_refuses_both_old_strategies_wherever_they_stand(
    text: str, before: str, path: str, key: str, value: str
) -> None:
    said = f"{key}: {value}" + (", " if before.endswith("{") else "\n")
    indent = "  " if before in ("execution:\n", "overrides:\n") else ""
    with pytest.raises(Refused) as refused:
        dsl.parse(text.replace(before, f"{before}{indent}{said}", 1))
    told = {detail.path: detail.message for detail in refused.value.errors}
    assert told[path.format(key)].endswith(f"{key}='{value}': {SENTENCE}")


def test_it_refuses_the_short_spelling_under_execution() -> None:
    with pytest.raises(Refused, match="every flow runs on the one Runtime") as refused:
        dsl.parse(ORIGINAL.replace("timeout: 300.0", "strategy: concurrent"))
    assert refused.value.errors[0].code == "execution-strategy"
    assert strategy_is_gone("execution_strategy", "x") == f"execution_strategy='x': {SENTENCE}"


def test_it_says_the_same_as_the_python_door() -> None:
    assert ADVICE == SENTENCE == retired.ADVICE


def migrated(text: str) -> dict[str, Any]:
    done = old.migrate_text(text)
    assert done.problems == []
    value = read(done.text)[0].value
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    ("said", "execution"),
    [
        ("execution_strategy: sequential", {"max_workers": 1}),
        ("execution_strategy: sequential\nmax_workers: 5", {"max_workers": 1}),
        ("execution_strategy: concurrent\nmax_workers: 5", {"max_workers": 5}),
        ("execution_strategy: concurrent", None),
        ("execution_strategy: CONCURRENT", None),
        ("execute_concurrent: true", None),
        ("execute_concurrent: false", {"max_workers": 1}),
        ("max_workers: 5", {"max_workers": 5}),
        ("execution: {strategy: sequential, timeout: 9}", {"max_workers": 1, "timeout": 9}),
        ("execution: {strategy: concurrent, max_workers: 5}", {"max_workers": 5}),
        ("execution:\n  execution_strategy: concurrent", None),
        ("execution:\n  timeout: 9\nexecution_strategy: sequential", {"timeout": 9, "max_workers": 1}),
        ("execution: {timeout: 9}", {"timeout": 9}),
    ],
)
def test_it_turns_a_strategy_into_max_workers(said: str, execution: Any) -> None:
    value = migrated(f"flow_id: a\n{said}\nroutines: {{}}\n")
    assert value.get("execution") == execution
    assert value.keys() - {"execution"} == {"flow_id", "routines"}


@pytest.mark.parametrize(
    ("handler", "today"),
    [
        ("retry", {"strategy": "retry"}),
        ("{strategy: RETRY}", {"strategy": "retry"}),
        ("{strategy: ErrorStrategy.SKIP}", {"strategy": "skip"}),
        ("{strategy: retry, max_retries: null, retry_delay: null}", {"strategy": "retry"}),
        ("{_type: ErrorHandler, strategy: stop, retry_count: 4}", {"strategy": "stop"}),
        (
            "{strategy: retry, retryable_exceptions: [builtins.ValueError]}",
            {"strategy": "retry", "retryable_exceptions": ["ValueError"]},
        ),
        ("{strategy: continue, is_critical: true}", {"strategy": "continue", "is_critical": True}),
    ],
)
def test_it_spells_error_handlers_as_today(handler: str, today: dict[str, Any]) -> None:
    value = migrated(f"flow_id: a\nroutines:\n  b:\n    class: t_fetch\n    error_handler: {handler}\n")
    assert value["routines"]["b"]["error_handler"] == today
    assert migrated(f"flow_id: a\nerror_handler: {handler}\nroutines: {{}}\n")["error_handler"] == today


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("tests.templates_app.routines.Fetch", "t_fetch"),
        ("templates_app.routines.builtin.mapper.Mapper", "mapper"),
        ("routilux.builtin_routines.data_processing.DataTransformer", "mapper"),
        ("SchemaValidator", "validator"),
        ("t_fetch", "t_fetch"),
        ("my_prototype", "my_prototype"),
    ],
)
def test_it_writes_names_of_the_catalog_for_class_paths(path: str, name: str) -> None:
    value = migrated(f"flow_id: a\nroutines:\n  b:\n    class: {path}\n")
    assert value["routines"]["b"]["class"] == name
    assert migrated(f"kind: routine\nname: a\nclass: {path}\n")["class"] == name


@pytest.mark.parametrize(
    ("said", "path", "fact"),
    [
        ("execution_strategy: parallel", "execution_strategy", "neither"),
        ("error_handler: {strategy: retyr}", "error_handler.strategy", "Accepted: retry"),
        (
            "error_handler: {strategy: retry, retryable_exceptions: [a.B]}",
            "error_handler.retryable_exceptions.0",
            "known",
        ),
        ("class: os.system", "class", "catalog.register"),
        ("class: RetryHandler", "class", "strategy retry"),
    ],
)
def test_it_leaves_to_people_what_only_they_can_decide(said: str, path: str, fact: str) -> None:
    text = f"flow_id: a\n{said}\nroutines: {{}}\n"
    done = old.migrate_text(text)
    assert done.text == text
    assert done.problems[0].path == path
    assert done.problems[0].message.startswith("line 2: ")
    assert fact in done.problems[0].message


def test_it_does_not_choose_between_two_strategies() -> None:
    done = old.migrate_text("execution_strategy: concurrent\nexecute_concurrent: false\nroutines: {}\n")
    assert [told.path for told in done.problems] == ["execute_concurrent", "execution_strategy"]
    assert all("contradicts" in told.message for told in done.problems)


COMMENTED = """\
# The nightly run.
flow_id: nightly   # called by cron
execution_strategy: sequential  # to be sure
max_workers: 5
routines:
  load:
    class: tests.templates_app.routines.Fetch  # see there
    error_handler:
      strategy: RETRY   # three times
      max_retries: 3
      retry_count: 0
    config: {timeout: 60, label: 'x'}
  # the end
  keep: {class: t_fetch, error_handler: skip}
connections: []
"""


def test_it_keeps_comments_and_layout() -> None:
    assert (
        old.migrate_text(COMMENTED).text
        == """\
# The nightly run.
flow_id: nightly   # called by cron
routines:
  load:
    class: t_fetch  # see there
    error_handler:
      strategy: retry   # three times
      max_retries: 3
    config: {timeout: 60, label: 'x'}
  # the end
  keep: {class: t_fetch, error_handler: {strategy: skip}}
connections: []
execution: {max_workers: 1}
"""
    )


def test_it_migrates_json_and_several_documents() -> None:
    done = old.migrate_text('[{"flow_id": "a", "routines": {}, "execution_strategy": "sequential"}, {"kind": "flow"}]')
    assert [one.value for one in read(done.text)] == [
        {"flow_id": "a", "routines": {}, "execution": {"max_workers": 1}},
        {"kind": "flow"},
    ]
    two = old.migrate_text("flow_id: a\nexecute_concurrent: true\n---\nflow_id: b # kept\nexecute_concurrent: false\n")
    assert two.text == "flow_id: a\n---\nflow_id: b # kept\nexecution: {max_workers: 1}\n"


STRATEGIES = st.sampled_from(["", "execution_strategy: sequential\n", "execute_concurrent: true\nmax_workers: 3\n"])
HANDLERS = st.sampled_from(["", ", error_handler: Skip", ", error_handler: {strategy: RETRY, max_retries: null}"])


@settings(max_examples=50, deadline=None)
@given(strategy=STRATEGIES, handler=HANDLERS, config=OBJECTS, at_end=st.booleans())
def test_it_has_nothing_left_to_do_the_second_time(strategy: str, handler: str, config: Any, at_end: bool) -> None:
    from templates_app.dsl.dump import to_yaml

    node = f"routines:\n  a: {{class: routilux.x.Mapper{handler}}}\n"
    rest = to_yaml([{"kind": "flow", "input_schema": config}])
    once = old.migrate_text(f"{node}{strategy}{rest}" if at_end else f"{strategy}{rest}{node}").text
    assert old.migrate_text(once).text == once
    assert read(once)[0].value["input_schema"] == config  # type: ignore[call-overload,index]
