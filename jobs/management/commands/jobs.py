"""manage.py jobs trigger|follow|cancel|retry|list|show: jobs from a terminal. `--json` answers as REST does.

Exit codes: 0 done, or the job completed; 1 the job failed; 2 it was cancelled, or the command line was wrong;
3 refused; 4 it did not end in time.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from jobs import services
from jobs.access import TRIGGER
from jobs.admission.launch import Launch, checked_key
from jobs.history import waiting
from jobs.management import asking, rendering
from jobs.management.following import Screen, View, follow
from jobs.management.searching import matches, search
from jobs.models import Job
from jobs.states import JobStatus
from jobs.steering.bulk import BulkVerb
from routilux_site.lib.errors import RoutiluxError

ENDED = {JobStatus.COMPLETED: 0, JobStatus.FAILED: 1, JobStatus.CANCELLED: 2}
NOT_IN_TIME, INTERRUPTED = 4, 130


class Command(BaseCommand):
    help = "Trigger, follow, cancel, retry, list and show jobs. An id may be shortened while no other begins so."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        _trigger_arguments(verbs.add_parser("trigger", help="start a job; prints its id"))
        _follow_arguments(verbs.add_parser("follow", help="stay with a job until it has ended"))
        for verb, about in (("cancel", "stop jobs"), ("retry", "go on with failed or cancelled jobs")):
            bulk = verbs.add_parser(verb, help=about)
            bulk.add_argument("ids", nargs="*", metavar="ID")
            bulk.add_argument("--where", metavar="FILTER", help="instead of ids: the jobs that a filter finds")
            bulk.add_argument("--preview", action="store_true", help="do nothing, only say to which jobs")
            bulk.add_argument("--reason", default="", help="for the history")
        _list_arguments(verbs.add_parser("list", help="the newest jobs, or those that a filter chooses"))
        verbs.add_parser("show", help="one job with its steps, its error and its result").add_argument("id")
        for verb_parser in verbs.choices.values():
            verb_parser.add_argument("--json", action="store_true", help="answer in JSON")
            verb_parser.add_argument("--as", dest="username", help="act as this user; without, as the system")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        self._as_json: bool = options["json"]
        self._user = asking.asker(options["username"])
        try:
            getattr(self, f"_{verb}")(**options)
        except RoutiluxError as error:
            raise asking.Refused("\n".join(map(str, _told(error)))) from error

    def _trigger(self, *, flow: str, follow: bool, timeout: float | None, **options: Any) -> None:
        asking.must(self._user, TRIGGER)
        found = asking.flow_called(flow, self._user)
        launch = Launch(
            input=asking.input_from(options["input"]),
            entry=options["entry"],
            priority=options["priority"],
            idempotency_key=checked_key(options["idempotency_key"], "--idempotency-key"),
            overrides=asking.overrides_from(options["overrides"]),
            start_at=asking.moment_from(options["start_at"]),
            delay=options["delay"],
        )
        made = services.trigger(flow=found, launch=launch, actor=self._user)
        if follow:
            self._stay_with(asking.job_called(str(made.job.pk), None), timeout)
        elif self._as_json:
            self._answer({**rendering.job_json(made.job), "replayed": made.replayed})
        else:
            self.stderr.write(
                "The key was used before; this is the job that it made:" if made.replayed else "Accepted:"
            )
            self.stdout.write(str(made.job.pk))

    def _follow(self, *, id: str, timeout: float | None, **options: Any) -> None:
        self._stay_with(asking.job_called(id, self._user), timeout)

    def _stay_with(self, job: Job, timeout: float | None) -> None:
        screen = Screen(self.stdout)

        def show(view: View) -> None:
            if self._as_json:
                self.stdout.write(rendering.json_text(view.to_json(), indent=None))
            else:
                screen.show(view.lines(self.style))

        try:
            ended = follow(job, show, timeout=timeout)
        except KeyboardInterrupt:
            self.stderr.write(f"\nThe job goes on; to come back: manage.py jobs follow {job.pk}")
            raise SystemExit(INTERRUPTED) from None
        self._leave(job, ended)

    def _leave(self, job: Job, ended: bool) -> None:
        if not ended:
            raise CommandError(f"The job {job.pk} is {job.status} still; it goes on.", returncode=NOT_IN_TIME)
        if not self._as_json:
            self.stdout.write("\n".join(rendering.end_lines(job, self.style)))
        if code := ENDED[JobStatus(job.status)]:
            raise SystemExit(code)

    def _cancel(self, **options: Any) -> None:
        self._bulk(BulkVerb.CANCEL, **options)

    def _retry(self, **options: Any) -> None:
        self._bulk(BulkVerb.RETRY, **options)

    def _bulk(self, verb: BulkVerb, *, preview: bool, reason: str, **options: Any) -> None:
        asking.must(self._user, verb.permission)
        chosen = self._chosen(verb, **options)
        if preview:
            self._foretell(verb, chosen)
            return
        result = services.bulk(verb=verb, jobs=chosen, actor=self._user, reason=reason)
        if self._as_json:
            refused = [{"id": one.job, "reason": one.reason} for one in result.refused]
            self._answer({"done": result.done, "refused": refused})
        else:
            for key in result.done:
                self.stdout.write(f"{verb} {key}: done")
        if result.refused:
            raise asking.Refused("\n".join(f"{verb} {one.job}: {one.reason}" for one in result.refused))

    def _chosen(self, verb: BulkVerb, *, ids: list[str], where: str | None, **options: Any) -> list[UUID]:
        if bool(ids) == bool(where):
            raise asking.Refused("Say which jobs: by their ids, or by --where with a filter.")
        if not where:
            return [asking.job_called(text, self._user).pk for text in ids]
        found = matches(where, self._user, verb, now=timezone.now())
        if found.more:
            self.stderr.write(f"More match than the newest {len(found.jobs)}: do it again for the next.")
        return found.keys

    def _foretell(self, verb: BulkVerb, chosen: list[UUID]) -> None:
        if self._as_json:
            self._answer({"matched": chosen})
        else:
            self.stdout.writelines(f"{verb} {key}\n" for key in chosen)
            self.stderr.write(f"{len(chosen)} in all; nothing was done.")

    def _list(self, *, words: list[str], limit: int, cursor: str, **options: Any) -> None:
        found = search(words, self._user, cursor=cursor, limit=limit, now=timezone.now())
        if self._as_json:
            self._answer({"results": list(map(rendering.job_json, found.page.items)), "next": found.page.next})
            return
        if found.page.items:
            self.stdout.write("\n".join(rendering.list_lines(found.page.items, self.style)))
        else:
            self.stderr.write("There is no such job.")
        if found.page.next:
            self.stderr.write(f"There is more: --cursor {found.page.next}")

    def _show(self, *, id: str, **options: Any) -> None:
        job = asking.job_called(id, self._user)
        told, reasons = rendering.detail_json(job), waiting.why(job)
        if self._as_json:
            self._answer({**told, "waiting": rendering.reasons_json(reasons)})
        else:
            self.stdout.write("\n".join(rendering.show_lines(job, told, reasons, self.style)))

    def _answer(self, value: Any) -> None:
        self.stdout.write(rendering.json_text(value))


def _trigger_arguments(parser: CommandParser) -> None:
    parser.add_argument("flow")
    parser.add_argument("--input", help="a JSON object; @FILE reads a file, - standard input; absent, it is empty")
    parser.add_argument("--entry", help="node or node.slot, instead of the flow's own")
    parser.add_argument("--priority", type=int, default=0, help="higher runs sooner")
    parser.add_argument("--idempotency-key", help="the same key makes the same job only once")
    parser.add_argument("--overrides", help="what this job sets over the flow: a JSON object, or @FILE")
    parser.add_argument("--start-at", metavar="TIME", help="begin not before, as in 2026-11-24T06:00:00+01:00")
    parser.add_argument("--delay", type=float, metavar="SECONDS", help="begin so many seconds from now")
    parser.add_argument("--follow", action="store_true", help="stay with the job, as `follow` does")
    _timeout_argument(parser)


def _follow_arguments(parser: CommandParser) -> None:
    parser.add_argument("id")
    _timeout_argument(parser)


def _timeout_argument(parser: CommandParser) -> None:
    parser.add_argument("--timeout", type=float, help="follow it for so many seconds at most; it goes on all the same")


def _list_arguments(parser: CommandParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="a filter as on the page: status:failed since:2h")
    parser.add_argument("--limit", type=int, default=20, choices=range(1, 201), metavar="1..200")
    parser.add_argument("--cursor", default="", help="where an earlier list said that there is more")


def _told(error: RoutiluxError) -> list[str]:
    details = [f"{one.path}: {one.message}" if one.path else one.message for one in error.errors]
    return details or [str(error)]
