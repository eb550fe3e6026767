from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pydantic import Field

from templates_app.routines.builtin.reading import Reader, ReaderConfig
from templates_app.routines.errors import DataError
from templates_app.routines.text import shorten


class ReadCSV(Reader):
    """Reads a CSV file, row by row: a record with a text for each column. Rows that cannot be read leave by `bad_row`.

    Input: {"upload": "<name of a stored upload>"} or {"text": "a,b\\n1,2\\n"}. Blank lines are skipped.
    """

    class Config(ReaderConfig):
        delimiter: str = Field(",", pattern=r'^[^"\r\n]$', description="The character between two fields.")
        columns: list[str] | None = Field(
            None, min_length=1, max_length=1000, description="Names of the columns, when the file has no header line."
        )

    def read(self, text: str) -> None:
        lines = list(io.StringIO(text, newline=""))
        rows = self._rows(lines)
        columns = self.config.columns or self._header(rows)
        for fields, error, line in rows:
            source = "".join(lines[line - 1 : line])
            if error:
                self.send_bad(error, line=line, text=source)
            elif len(fields) != len(columns):
                message = f"{len(fields)} fields where {len(columns)} are expected."
                self.send_bad(message, line=line, text=source)
            else:
                self.send(dict(zip(columns, fields, strict=True)), line=line, text=source)

    def _rows(self, lines: list[str]) -> Iterator[tuple[list[str], str, int]]:
        """Fields, what is wrong with them, and the line (from 1) on which the row ends."""
        reader = csv.reader(lines, delimiter=self.config.delimiter, strict=True)
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield [], f"Not CSV: {error}.", reader.line_num
            else:
                if fields:
                    yield fields, "", reader.line_num

    def _header(self, rows: Iterator[tuple[list[str], str, int]]) -> list[str]:
        fields, error, _ = next(rows, ([], "The file is empty.", 0))
        names = [name.strip() for name in fields]
        if error or not all(names):
            raise DataError(error or "The header line has a column without a name.")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise DataError(f"The header line names the column {shorten(twice)} twice.")
        return names
