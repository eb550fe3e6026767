"""The routines that come with the house, by the names they are registered under."""

from __future__ import annotations

from templates_app.routines.builtin.aggregator import Aggregator
from templates_app.routines.builtin.approval import Approval
from templates_app.routines.builtin.batcher import Batcher
from templates_app.routines.builtin.conditional_router import ConditionalRouter
from templates_app.routines.builtin.enrich import Enrich
from templates_app.routines.builtin.fail import Fail
from templates_app.routines.builtin.filter import Filter
from templates_app.routines.builtin.joiner import Joiner
from templates_app.routines.builtin.mapper import Mapper
from templates_app.routines.builtin.read_csv import ReadCSV
from templates_app.routines.builtin.read_json_lines import ReadJSONLines
from templates_app.routines.builtin.sleep import Sleep
from templates_app.routines.builtin.splitter import Splitter
from templates_app.routines.builtin.sub_flow import SubFlow
from templates_app.routines.builtin.validator import Validator
from templates_app.routines.builtin.write_rows import WriteRows
from templates_app.routines.routine import Routine

BY_CATEGORY: dict[str, dict[str, type[Routine]]] = {
    "records": {"mapper": Mapper, "filter": Filter, "validator": Validator, "enrich": Enrich},
    "flow": {
        "splitter": Splitter,
        "conditional_router": ConditionalRouter,
        "joiner": Joiner,
        "aggregator": Aggregator,
        "batcher": Batcher,
        "approval": Approval,
        "sub_flow": SubFlow,
    },
    "input and output": {"read_csv": ReadCSV, "read_json_lines": ReadJSONLines, "write_rows": WriteRows},
    "tests": {"sleep": Sleep, "fail": Fail},
}
