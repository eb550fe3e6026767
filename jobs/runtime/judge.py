"""What becomes of an attempt that raised: what its error handler says, told in words that can be stored."""

from __future__ import annotations

import random
import sys
import traceback
from types import TracebackType
from typing import Any

from django.conf import settings

from jobs.runtime import capture
from jobs.runtime.finished import Finished
from jobs.runtime.secrets import Mask
from jobs.states import StepStatus
from routilux_site.lib.errors import RoutiluxError
from templates_app.routines import calling

MAX_TRACEBACK = 20_000
AFTER = {
    "stop": StepStatus.FAILED,
    "continue": StepStatus.ERROR_CONTINUED,
    "skip": StepStatus.SKIPPED,
    "retry": StepStatus.RETRYING,
}


def judge(finished: Finished, error: BaseException) -> None:
    """Turn a failed attempt into what the error handler of its node says. Its emissions are void."""
    step = finished.step
    verdict = finished.program.handler(step.node).decide(error, step.errors + 1, random.random())  # noqa: S311
    finished.status = AFTER[verdict.kind]
    finished.delay = verdict.delay
    finished.emissions, finished.state = [], None
    finished.summary = capture.printable(finished.mask(_summary(error)))[:300]
    finished.error = _describe(error, finished.mask)


def _summary(error: BaseException) -> str:
    return f"{type(error).__name__}: {_message(error)}".strip(": ")


def _message(error: BaseException) -> str:
    try:
        return str(error.message if isinstance(error, RoutiluxError) else error)
    except BaseException as broken:  # noqa: BLE001 - an exception without a text is still an error of the step
        return f"(its message could not be read: {type(broken).__name__})"


def _without_places(text: str) -> str:
    """Where this host keeps its files is nobody's business; what follows tells the file all the same."""
    for place in (f"{settings.BASE_DIR}/", *(f"{folder}/" for folder in sys.path if folder)):
        text = text.replace(place, "")
    return text


def _from_the_routine_on(error: BaseException) -> TracebackType | None:
    """Without the frames of the engine that called it: whoever reads this looks for his own."""
    frame = found = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == calling.__file__:
            found = frame.tb_next or found
        frame = frame.tb_next
    return found


def _describe(error: BaseException, mask: Mask) -> dict[str, Any]:
    try:
        text = "".join(traceback.format_exception(type(error), error, _from_the_routine_on(error)))
    except BaseException:  # noqa: BLE001 - as above
        text = "".join(traceback.format_tb(error.__traceback__))
    return {
        "type": type(error).__name__,
        "message": capture.printable(mask(_message(error))[:5000]),
        "traceback": capture.printable(mask(_without_places(text))[-MAX_TRACEBACK:]),
    }
