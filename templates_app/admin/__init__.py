from templates_app.admin.flows import FlowAdmin
from templates_app.admin.routines import RoutineAdmin

__all__ = ["FlowAdmin", "RoutineAdmin"]
