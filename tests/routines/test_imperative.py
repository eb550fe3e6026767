from __future__ import annotations

from typing import Any

import pytest

from templates_app.routines import ErrorHandler, Routine, batch_policy, batch_size_policy
from templates_app.routines.errors import DefinitionError, InactiveError, PortError
from tests.routines.helpers import emitted, run


class Doubler(Routine):
    def __init__(self) -> None:
        self.add_slot("numbers", max_queue_length=10, watermark=0.5).add_event("doubled", ["n"])
        self.set_config(factor=2).set_activation_policy(batch_size_policy(3)).set_logic(self.double)

    def double(self, numbers: list[Any], policy_message: Any, worker_state: Any) -> None:
        for item in numbers:
            self.emit("doubled", n=item["n"] * self.get_config("factor", 1), why=policy_message)


def test_it_runs_what_init_put_together() -> None:
    done = run(Doubler(), {"numbers": [{"n": 4}]}, policy_message="because")
    assert emitted(done) == [("doubled", {"n": 8, "why": "because"})]


def test_it_keeps_what_the_setters_were_given() -> None:
    routine = Doubler().set_error_handler(ErrorHandler("skip"))
    assert routine.activation_policy == batch_policy(3)
    assert routine.handler == ErrorHandler("skip")
    assert routine.slots["numbers"].watermark == 0.5


def test_it_has_no_policy_and_no_handler_unless_told() -> None:
    assert (Routine().activation_policy, Routine().handler) == (None, None)


def test_it_refuses_a_doubled_slot_or_event() -> None:
    with pytest.raises(PortError, match="Slot 'numbers' already exists"):
        Doubler().define_slot("numbers")
    with pytest.raises(PortError, match="Event 'doubled' already exists"):
        Doubler().define_event("doubled")


def test_it_gives_each_instance_ports_of_its_own() -> None:
    Doubler().add_slot("extra")
    assert list(Doubler().slots) == ["numbers"]


def test_it_refuses_what_is_no_policy_and_no_handler() -> None:
    with pytest.raises(DefinitionError, match="is not a policy"):
        Routine().set_activation_policy({"type": "immediate"})  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="is not an error handler"):
        Routine().set_error_handler("stop")  # type: ignore[arg-type]


class Meddler(Doubler):
    def double(self, numbers: list[Any], policy_message: Any, worker_state: Any) -> None:
        self.set_config(factor=3)


def test_it_is_read_only_while_it_runs() -> None:
    with pytest.raises(InactiveError, match=r"set_config\(\) while the routine runs"):
        run(Meddler(), {"numbers": []})


def test_it_can_be_changed_again_after_a_run_that_failed() -> None:
    routine = Meddler()
    with pytest.raises(InactiveError):
        run(routine, {"numbers": []})
    assert routine.set_config(factor=5).get_config("factor") == 5
