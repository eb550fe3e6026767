"""The verbs on templates. Admin, REST, commands and programs all come through here, so that they behave alike.

Each verb is one transaction: it writes, resolves every flow that depends on the change anew, makes a revision where
the hash changed, and leaves a line in the history. What it refuses leaves nothing behind. Whether the actor may do it
is the business of the door.
"""

from __future__ import annotations

from templates_app.naming import About
from templates_app.services.archiving import archive, unarchive
from templates_app.services.creating import create_flow, create_routine, create_variant, duplicate
from templates_app.services.editing import update_flow, update_routine
from templates_app.services.launching import revision_for_launch, spec_for_launch
from templates_app.services.layering import detach, promote, reset
from templates_app.services.rebasing import rebase, three_way
from templates_app.services.restoring import restore
from templates_app.services.ruling import set_rule

__all__ = [
    "About",
    "archive",
    "create_flow",
    "create_routine",
    "create_variant",
    "detach",
    "duplicate",
    "promote",
    "rebase",
    "reset",
    "restore",
    "revision_for_launch",
    "set_rule",
    "spec_for_launch",
    "three_way",
    "unarchive",
    "update_flow",
    "update_routine",
]
