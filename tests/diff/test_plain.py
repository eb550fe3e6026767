from __future__ import annotations

import pytest

from tests.test_arrows import FRAMEWORKS, ROOT, imports, name, sources


@pytest.mark.parametrize("path", [name(path) for path in sources("templates_app/diff")])
def test_it_needs_no_django(path: str) -> None:
    assert not [module for _, module in imports(ROOT / path) if module.split(".")[0] in FRAMEWORKS]
