"""What people write down is compared as they wrote it: layers of prototypes, documents of flows, routines."""

from __future__ import annotations

from templates_app.diff import Kind, compare, diff_documents, outline_of_routine


def test_it_compares_layers() -> None:
    before = {"config": {"timeout": 30}, "nodes": {"clean": {"timeout": None}}}
    after = {"config": {"timeout": 60}, "nodes": {"clean": {}}, "max_workers": 2}

    assert {(row.path, row.kind) for row in diff_documents(before, after)} == {
        ("config.timeout", Kind.CHANGED),
        ("nodes.clean.timeout", Kind.REMOVED),
        ("max_workers", Kind.ADDED),
    }


def test_it_compares_documents_of_flows() -> None:
    before = {"nodes": {"a": {"routine": "fetch"}}, "connections": [["a.out", "a.in"]], "settings": {"timeout": 5}}
    after = {"nodes": {"a": {"routine": "send"}}, "connections": [["a.out", "a.more"]], "settings": {}}

    assert [row.path for row in diff_documents(before, after)] == [
        "timeout",
        "nodes.a.routine",
        'connections["a.out -> a.more"]',
    ]


def test_it_compares_routines() -> None:
    before = outline_of_routine("mapper", {"config": {"n": 1}})
    after = outline_of_routine("filter", {"config": {"n": 1}, "slots": {"input": {"capacity": 3}}})

    assert [row.path for row in compare(before, after)] == ["class", "slots"]
