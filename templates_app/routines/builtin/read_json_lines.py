from __future__ import annotations

import io

from routilux_site.lib import strict_json
from templates_app.routines.builtin.reading import Reader


class ReadJSONLines(Reader):
    """Reads a file of JSON objects, one on each line. Lines that are none leave by `bad_row`.

    Input: {"upload": "<name of a stored upload>"} or {"text": "{...}\\n{...}\\n"}. Blank lines are skipped.
    """

    def read(self, text: str) -> None:
        for number, line in enumerate(io.StringIO(text), start=1):
            if line.strip():
                self._send_line(line, number)

    def _send_line(self, line: str, number: int) -> None:
        try:
            value = strict_json.loads(line)
        except strict_json.StrictJSONError as error:
            self.send_bad(f"Not JSON: {error}", line=number, text=line)
            return
        if isinstance(value, dict):
            self.send(value, line=number, text=line)
        else:
            self.send_bad("Not a JSON object.", line=number, text=line)
