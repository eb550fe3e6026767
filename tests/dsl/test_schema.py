"""Which keys stand where; what stands elsewhere is refused with its place and what is accepted."""

from __future__ import annotations

import pytest

from templates_app import dsl
from templates_app.refusals import Refused
from templates_app.routines.text import shorten
from tests.dsl.texts import EXPRESS, FETCHER, ORIGINAL, PATIENT, PIPELINE

#: What to replace in a good document, by what, the path that is refused then, and a part of the sentence.
WRONG = [
    (ORIGINAL, "flow_id: my_flow", "flow_id: [a]", "0.flow_id", "a name"),
    (ORIGINAL, "flow_id: my_flow\n", "", "0.flow_id", "Required"),
    (ORIGINAL, "flow_id", "name", "my_flow.name", "Unknown field"),
    (ORIGINAL, "    class: t_fetch\n    config", "    config", "my_flow.routines.source.class", "Required"),
    (ORIGINAL, "class: t_fetch\n    config", "class: 1\n    config", "my_flow.routines.source.class", "a name"),
    (ORIGINAL, "{timeout: 60}", "5", "my_flow.routines.source.config", "an object"),
    (ORIGINAL, "config: {timeout", "konfig: {timeout", "my_flow.routines.source.konfig", "Accepted: config"),
    (ORIGINAL, "config: {timeout", "routine: {timeout", "my_flow.routines.source.routine", "Unknown field"),
    (ORIGINAL, "  sink:", "  si.nk:", 'my_flow.routines["si.nk"]', "name of a node"),
    (ORIGINAL, "to: sink.requests", "to: sink", "my_flow.connections.0.to", "one end"),
    (ORIGINAL, "to: sink.requests", "into: sink.requests", "my_flow.connections.0.into", "Unknown field"),
    (ORIGINAL, "{from: source.fetched, to: sink.requests}", "source", "my_flow.connections.0", "an object"),
    (ORIGINAL, "timeout: 300.0", "timeout: 0", "my_flow.execution.timeout", "above 0"),
    (ORIGINAL, "timeout: 300.0", "timeouts: 1", "my_flow.execution.timeouts", "Accepted: timeout"),
    (PIPELINE, "entry: first.requests", "entry: first", "pipeline.entry", "a slot"),
    (PIPELINE, "entry: first.requests", "max_workers: 4", "pipeline.max_workers", "under `execution`"),
    (PIPELINE, "max_workers: 4", "max_workers: 0", "pipeline.execution.max_workers", "1 to 1000"),
    (PIPELINE, "kind: flow", "kind: folder", "pipeline.kind", "one of"),
    (EXPRESS, "overrides:", "overides:", "express.overides", "Accepted: overrides"),
    (EXPRESS, "{timeout: 1}", "1", "express.overrides.routines.first.config", "an object"),
    (EXPRESS, "first: {", "first: {class: a, ", "express.overrides.routines.first.class", "Unknown field"),
    (EXPRESS, "max_workers: 20", "max_workers: x", "express.overrides.execution.max_workers", "1 to 1000"),
    (EXPRESS, "overrides:", "connections: []\noverrides:", "express.connections", "Unknown field"),
    (FETCHER, "capacity: 50", "capacity: -1", "fetcher.slots.requests.capacity", "whole number"),
    (FETCHER, "class: t_fetch", "parent: t_fetch", "fetcher.config", "Unknown field"),
    (FETCHER, "tags: [slow, careful]", "tags: slow", "fetcher.tags", "list of texts"),
    (FETCHER, "category: net", "category: 1", "fetcher.category", "a text"),
    (FETCHER, "category: net", "rules: 5", "fetcher.rules", "an object such as"),
    (FETCHER, "category: net", "rules: {config.timeout: 5}", 'fetcher.rules["config.timeout"]', "as a rule"),
    (FETCHER, "category: net", "rules: {config..a: {min: 1}}", 'fetcher.rules["config..a"]', "no path of a field"),
    (PATIENT, "logic: null", "logic: 5", "patient.overrides.logic", "a name or null"),
    (FETCHER, "kind: routine\n", "", "fetcher.kind", "Required"),
]


@pytest.mark.parametrize(("good", "old", "new", "path", "fact"), WRONG)
def test_it_refuses_what_the_schema_does_not_know(good: str, old: str, new: str, path: str, fact: str) -> None:
    assert old in good
    with pytest.raises(Refused) as refused:
        dsl.parse(good.replace(old, new, 1))
    told = {detail.path: detail.message for detail in refused.value.errors}
    assert fact in told.get(path, ""), told


def test_it_tells_all_that_is_wrong_with_a_document_each_with_its_line() -> None:
    with pytest.raises(Refused) as refused:
        dsl.parse(ORIGINAL.replace("flow_id: my_flow", "flow_id: my_flow\nfoo: 1").replace("300.0", "-1"))
    assert [detail.message.partition(":")[0] for detail in refused.value.errors] == ["line 16", "line 2"]


@pytest.mark.parametrize("path", ["os.system", "builtins.exec", "routilux.routine.Routine"])
def test_it_never_imports_a_class_by_its_path(path: str) -> None:
    with pytest.raises(Refused, match="nothing is imported by name") as refused:
        dsl.parse(ORIGINAL.replace("t_fetch", path, 1))
    assert shorten(path) in refused.value.message
    assert refused.value.errors[0].path == "my_flow.routines.source.class"


def test_it_wants_one_document_a_prototype() -> None:
    with pytest.raises(Refused, match=r"line 13: 'FETCHER' stands here twice \(line 1 is the first\)"):
        dsl.parse(
            f"{FETCHER}---\n{FETCHER.replace('fetcher', 'FETCHER')}".replace("slots: {requests: {capacity: 50}}\n", "")
        )


def test_it_is_no_template_when_it_is_no_object() -> None:
    with pytest.raises(Refused, match="a template is an object"):
        dsl.parse("- [1]")
