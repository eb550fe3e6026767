from __future__ import annotations

import pytest

from samples.load import HERE
from tests.test_arrows import FRAMEWORKS, OURS, ROOT, imports


@pytest.mark.parametrize("path", OURS)
def test_it_is_known_to_no_other_room(path: str) -> None:
    assert not [module for _, module in imports(ROOT / path) if module.split(".")[0] == "samples"]


def test_it_has_routines_of_plain_python() -> None:
    found = {module.split(".")[0] for _, module in imports(HERE / "routines.py")}
    assert not found & {*FRAMEWORKS, "jobs"}
