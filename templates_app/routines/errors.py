"""The refusals of routines: each is also the built-in exception that a Python developer would expect."""

from __future__ import annotations

from typing import ClassVar

from routilux_site.lib.errors import RoutiluxError


class RoutineError(RoutiluxError):
    """Base of every refusal that comes from a routine, its ports, its config or its rules."""

    code: ClassVar[str] = "routine-error"
    title: ClassVar[str] = "The routine was refused"


class DefinitionError(RoutineError, TypeError):
    """A routine class that cannot work: told when it is defined or registered, not when it runs."""

    code: ClassVar[str] = "bad-definition"


class PortError(RoutineError, ValueError):
    """A slot or an event that is misnamed, doubled or unknown."""

    code: ClassVar[str] = "bad-port"


class ConfigError(RoutineError, ValueError):
    """Config values that `Config` does not accept; `errors` has one detail for each, with the path inside config."""

    code: ClassVar[str] = "bad-config"


class PolicyError(RoutineError, ValueError):
    code: ClassVar[str] = "bad-policy"


class ErrorHandlerError(RoutineError, ValueError):
    code: ClassVar[str] = "bad-error-handler"


class RuleError(RoutineError, ValueError):
    code: ClassVar[str] = "bad-rule"


class PathError(RoutineError, ValueError):
    code: ClassVar[str] = "bad-path"


class EmitError(RoutineError, ValueError):
    """Output that cannot leave: an unknown event, a value that is not JSON, too much of it."""

    code: ClassVar[str] = "bad-emit"


class InactiveError(RoutineError, RuntimeError):
    """Something that only a running routine can do, or only a resting one."""

    code: ClassVar[str] = "not-running"


class DataError(RoutineError, ValueError):
    """Input that a built-in routine cannot work with at all."""

    code: ClassVar[str] = "bad-data"
