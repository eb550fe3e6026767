from __future__ import annotations

import subprocess
import sys


def test_it_needs_no_django() -> None:
    program = "import sys, templates_app.routines, templates_app.routines.builtin; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
