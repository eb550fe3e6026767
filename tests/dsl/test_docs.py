"""What the pages about templates as text show is accepted, and comes out as they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from templates_app import dsl
from templates_app.dsl import old, schema
from templates_app.dsl.old import OLD_CLASSES, WITHOUT_SUCCESSOR
from templates_app.dsl.read import read
from templates_app.dsl.template import ABOUT, EXECUTION
from templates_app.refusals import Refused
from tests.docs.markdown import blocks
from tests.docs.markdown import read as page
from tests.dsl.test_command import templates

GUIDE = "docs/how-to/migrate-from-routilux.md"
REFERENCE = "docs/reference/dsl.md"


def documents(name: str) -> list[str]:
    return [block.text for block in blocks(name) if re.match(r"kind:|flow_id:", block.text)]


def cases() -> list[tuple[str, str]]:
    shown = documents(GUIDE)
    return list(zip(shown[::2], shown[1::2], strict=True))


@pytest.mark.parametrize(("before", "after"), cases())
def test_it_migrates_as_the_guide_shows(before: str, after: str) -> None:
    done = old.migrate_text(before)
    assert (done.text, done.problems) == (after, [])
    assert old.migrate_text(after).text == after


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), cases())
def test_it_accepts_what_the_guide_arrives_at(before: str, after: str) -> None:
    assert dsl.validate(dsl.parse(after)) == []
    with pytest.raises(Refused):
        dsl.apply(dsl.parse(before))


def test_it_names_each_old_class() -> None:
    text = page(GUIDE)
    assert [name for name in (*OLD_CLASSES, *WITHOUT_SUCCESSOR) if f"`{name}`" not in text] == []


@pytest.mark.django_db
def test_it_accepts_what_the_reference_shows() -> None:
    text = "---\n".join(documents(REFERENCE))
    assert dsl.validate(dsl.parse(text)) == []
    assert len(read(text)) == 4


def test_it_explains_each_key() -> None:
    text = page(REFERENCE)
    keys = ("kind", "flow_id", *ABOUT, *schema.FLOW_CONTENT, *schema.OVERRIDES, "rules", *EXECUTION)
    assert [key for key in keys if f"`{key}`" not in text] == []


@pytest.mark.django_db
def test_it_prints_a_plan_as_the_page_shows(tmp_path: Path) -> None:
    from samples.load import load

    list(load())
    templates("export", tmp_path)
    file = tmp_path / "routines" / "shipping-standard.yaml"
    file.write_text(file.read_text().replace("fee: 4.9", "fee: 5.4"))
    lines = templates("plan", tmp_path)[1].splitlines()
    [shown] = [b.text for b in blocks("docs/how-to/keep-templates-in-git.md") if b.text.startswith("~ update")]
    assert lines[:2] == shown.splitlines()[:2]
    assert "= routine shipping-express stays: shipping-express sets config.fee itself" in lines
