"""What an empty list tells its reader: what would stand here, what to do first, and where it is explained."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Lesson:
    """`topic` is the anchor on the help page; `instead` is the page where it is made, where that is not here."""

    what: str
    first: str
    topic: str = "words"
    instead: tuple[str, str] | None = None


LESSONS = MappingProxyType(
    {
        "templates_app.flowprototype": Lesson(
            "A flow is a graph: nodes, each of them a routine, and connections from an event of one to a slot of "
            "another. It is a template: people run it, and make variants of it, without writing code.",
            "Add a flow, give it two nodes, press Preview, then connect them. Or load the samples with the command "
            "manage.py load_samples.",
            "wire-a-flow",
        ),
        "templates_app.routineprototype": Lesson(
            "A routine prototype is a class from code with settings of its own: config, activation policy, error "
            "handler. Flows use it as a node.",
            "Add one, choose a class of the catalog as its base, and set what differs.",
            "words",
        ),
        "jobs.job": Lesson(
            "A job is one run of a flow, with each of its steps.",
            "Choose a flow and press Run.",
            "words",
            ("New job", "jobs:choose"),
        ),
        "jobs.upload": Lesson(
            "An upload is a file that routines can read by its name, such as orders.csv.",
            "Add one, then name it in the input of a job.",
        ),
        "jobs.datasetrow": Lesson(
            "Rows that routines wrote with write_rows stand here, by dataset and key.",
            "Run a flow that has a node of the class write_rows, such as the sample orders.",
        ),
        "jobs.apitoken": Lesson(
            "A token lets a program in over REST, for all flows or for some, until a day of your choice.",
            "Add one and copy it at once: it is shown only then.",
            "rest",
        ),
        "jobs.webhook": Lesson(
            "A webhook tells another system when jobs end: Routilux sends it a signed message.",
            "Add one with the address to tell, and keep its secret: it is shown only then.",
            "rest",
        ),
        "jobs.webhookdelivery": Lesson(
            "A delivery is one message of a webhook, with each attempt and its answer.",
            "Add a webhook, then run a flow that it is told about.",
            "rest",
        ),
        "jobs.schedule": Lesson(
            "A schedule starts jobs of a flow by itself, at times that a cron line or an interval gives.",
            "Add one: choose a flow, say when, and look at the next times before you save.",
        ),
        "jobs.session": Lesson(
            "A session is one worker process at work. There is one while jobs run.",
            "Start the Runtime with the command manage.py runtime, then run a flow.",
        ),
        "jobs.cluster": Lesson(
            "A cluster is a group of workers on one host. There is one while the Runtime is up.",
            "Start it with the command manage.py runtime.",
        ),
    }
)
