"""The programs of recently run revisions, shared by all lanes of a process. Revisions never change."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict

from jobs.runtime.program import Program
from routilux_site.lib.errors import RoutiluxError
from templates_app import catalog
from templates_app.models import Revision
from templates_app.routines import is_coroutine
from templates_app.spec import FlowSpec, NodeSpec

KEEP = 500


class Programs:
    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._kept: OrderedDict[int, Program] = OrderedDict()

    def get(self, revision_id: int) -> Program:
        with self._mutex:
            program = self._kept.get(revision_id)
            if program is not None:
                self._kept.move_to_end(revision_id)
                return program
        return self._keep(revision_id, _load(Revision.objects.get(pk=revision_id)))

    def _keep(self, revision_id: int, program: Program) -> Program:
        with self._mutex:
            self._kept[revision_id] = program
            while len(self._kept) > KEEP:
                self._kept.popitem(last=False)
        return program


def _load(revision: Revision) -> Program:
    spec = FlowSpec.from_json(json.loads(revision.canonical))
    return Program(spec, coroutines=frozenset(node.id for node in spec.nodes.values() if _is_coroutine(node)))


def _is_coroutine(node: NodeSpec) -> bool:
    """As the code of this host has it. An atomic routine stays on its lane, whose transaction it runs in."""
    try:
        routine = catalog.build(node.class_key, node.config_text, node.logic)
    except RoutiluxError:  # whoever runs the step says so
        return False
    return not node.atomic and is_coroutine(routine)


programs = Programs()
