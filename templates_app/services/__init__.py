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

__all__ = [
    "About",
    "archive",
    "create_flow",
    "create_routine",
    "create_variant",
    "duplicate",
    "unarchive",
    "update_flow",
    "update_routine",
]
