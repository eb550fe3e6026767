"""manage.py templates: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from templates_app import services
from templates_app.models import Prototype
from tests.dsl.texts import ALL, EXPRESS, FETCHER, PATIENT, PIPELINE, put, routine

pytestmark = pytest.mark.django_db


def templates(*words: str | Path) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("templates", *map(str, words), stdout=out, stderr=err)
    except SystemExit as exit_:
        return int(exit_.code or 0), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), f"{err.getvalue()}{error}"
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "all.yaml").write_text(f"{PIPELINE}---\n{EXPRESS}")
    (tmp_path / "fetcher.yml").write_text(f"# careful\n{FETCHER}")
    (tmp_path / "patient.yaml").write_text(PATIENT)
    return tmp_path


def files(directory: Path) -> dict[str, str]:
    return {path.relative_to(directory).as_posix(): path.read_text() for path in directory.rglob("*") if path.is_file()}


def test_it_plans_applies_and_has_nothing_left_to_do(repository: Path) -> None:
    assert templates("plan", repository)[0] == 3
    assert not Prototype.objects.filter(name="pipeline").exists()
    assert templates("apply", repository)[0] == 0
    code, out, _ = templates("plan", repository)
    assert (code, out) == (0, "0 to create, 0 to update, 4 unchanged; other flows affected: 0\n")


def test_it_prints_fields_and_whom_it_affects(repository: Path, tmp_path: Path) -> None:
    put(ALL)
    (tmp_path / "one.yaml").write_text(PIPELINE.replace("first", "begin").replace("max_workers: 4, ", ""))
    _, out, _ = templates("plan", tmp_path / "one.yaml")
    lines = out.splitlines()
    assert lines[0] == "~ update flow pipeline"
    assert "    - execution.max_workers: 4" in lines
    assert any(line.startswith("! flow express BECOMES INVALID: nodes.first: ") for line in lines)


def test_it_answers_in_json(repository: Path) -> None:
    plan = json.loads(templates("plan", repository, "--json")[1])
    assert [step["name"] for step in plan["steps"]] == ["fetcher", "patient", "pipeline", "express"]
    (repository / "patient.yaml").write_text("a: *b")
    code, out, _ = templates("apply", repository, "--json")
    assert (code, json.loads(out)["problems"][0]["path"]) == (1, "a")


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_it_refuses_with_file_and_line_and_writes_nothing(repository: Path, verb: str) -> None:
    (repository / "patient.yaml").write_text(PATIENT.replace("timeout: 600", "timeout: 0"))
    code, _, err = templates(verb, repository)
    assert code == 1
    assert "patient.overrides.config.timeout: patient.yaml, line 4: " in err
    assert not Prototype.objects.filter(name="fetcher").exists()


def test_it_tells_who_applied(repository: Path, bob: User) -> None:
    assert templates("apply", repository, "--user", "bob")[0] == 0
    assert routine("fetcher").created_by == bob
    assert "no user 'dora'" in templates("apply", repository, "--user", "dora")[2]


def test_it_calls_a_flow_without_a_name_as_its_file(tmp_path: Path) -> None:
    (tmp_path / "nightly.yaml").write_text("routines: {a: {class: t_fetch}}\n")
    templates("apply", tmp_path)
    assert Prototype.objects.filter(name="nightly", kind="flow").exists()


def test_it_exports_one_file_a_prototype_that_applies_again(tmp_path: Path) -> None:
    put(ALL)
    flows, routines = ["flows/express.yaml", "flows/pipeline.yaml"], ["routines/fetcher.yaml", "routines/patient.yaml"]
    assert templates("export", tmp_path)[1].split() == [*flows, *routines] == sorted(files(tmp_path))
    assert templates("plan", tmp_path)[0] == 0
    before = files(tmp_path)
    assert (templates("export", tmp_path)[1], files(tmp_path)) == ("", before)


def test_it_writes_into_the_files_that_are_there_and_spares_those_that_say_the_same(repository: Path) -> None:
    put(ALL)
    put(EXPRESS.replace("max_workers: 20", "max_workers: 30"))
    before = files(repository)
    assert templates("export", repository)[1].split() == ["flows/all.yaml"]
    after = files(repository)
    assert "max_workers: 30" in after.pop("flows/all.yaml")
    assert after == {file: text for file, text in before.items() if file != "flows/all.yaml"}


def test_it_leaves_and_tells_documents_of_prototypes_that_are_not_in_use(repository: Path) -> None:
    put(ALL)
    services.archive(Prototype.objects.get(name="express"))
    _, out, err = templates("export", repository)
    assert out == ""
    assert "flows/all.yaml: left as it is: no prototype in use is called express" in err


def test_it_exports_what_is_asked_for_with_what_that_builds_on() -> None:
    put(ALL)
    _, out, _ = templates("export", "-", "patient", "--format", "json")
    assert [document["name"] for document in json.loads(out)] == ["fetcher", "patient"]
    assert templates("export", "-", "express")[1].count("kind: ") == 4
    assert "no prototype nobody" in templates("export", "-", "nobody")[2]


@pytest.mark.parametrize("words", [["plan"], ["undo", "."], ["plan", "nowhere"], ["plan", "setup.cfg"]])
def test_it_refuses_a_wrong_command_line(words: list[str]) -> None:
    assert templates(*words)[0] != 0
