"""Everything that a developer of routines needs, in one import; plain Python without Django."""

from routilux_site.lib.strict_json import Json
from templates_app.routines.calling import check_logic, is_coroutine, run_coroutine, run_routine
from templates_app.routines.config import OpenConfig, RoutineConfig
from templates_app.routines.context import Emission, LogLine, RunContext, Services, Wait
from templates_app.routines.error_handler import ErrorHandler, Verdict, exception_names, register_exception
from templates_app.routines.errors import RoutineError
from templates_app.routines.function import routine, routine_class
from templates_app.routines.policies import (
    Activate,
    Decline,
    Policy,
    View,
    all_slots_ready_policy,
    batch_policy,
    batch_size_policy,
    breakpoint_policy,
    custom_policy,
    immediate_policy,
    time_interval_policy,
)
from templates_app.routines.ports import Event, EventSpec, Ports, Slot, SlotSpec
from templates_app.routines.routine import Routine, config_errors, config_schema
from templates_app.routines.secret import Lookup, Secret

__all__ = [
    "Activate",
    "Decline",
    "Emission",
    "ErrorHandler",
    "Event",
    "EventSpec",
    "Json",
    "LogLine",
    "Lookup",
    "OpenConfig",
    "Policy",
    "Ports",
    "Routine",
    "RoutineConfig",
    "RoutineError",
    "RunContext",
    "Secret",
    "Services",
    "Slot",
    "SlotSpec",
    "Verdict",
    "View",
    "Wait",
    "all_slots_ready_policy",
    "batch_policy",
    "batch_size_policy",
    "breakpoint_policy",
    "check_logic",
    "config_errors",
    "config_schema",
    "custom_policy",
    "exception_names",
    "immediate_policy",
    "is_coroutine",
    "register_exception",
    "routine",
    "routine_class",
    "run_coroutine",
    "run_routine",
    "time_interval_policy",
]
