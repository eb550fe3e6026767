from __future__ import annotations

from itertools import zip_longest
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from templates_app.routines import paths
from templates_app.routines.builtin.fields import PortName
from templates_app.routines.builtin.records import as_object, record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.policies import AllSlotsReady
from templates_app.routines.ports import Event, Ports, SlotSpec
from templates_app.routines.routine import Routine


def _unique(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("each slot is named once")
    return names


class Joiner(Routine):
    """Waits for one record on each of its slots and sends them on as one: the end of a fan-out.

    Example: {"slots": ["prices", "stock"]} gives {"prices": {...}, "stock": {...}}. The first record of one slot meets
    the first of the others, and so on; leftovers without a partner stay undelivered.
    """

    pure = True
    policy = AllSlotsReady()
    joined = Event("data", "sources", description="The joined record, and the slots that its parts came from.")

    class Config(RoutineConfig):
        slots: Annotated[list[PortName], AfterValidator(_unique)] = Field(
            ["left", "right"], min_length=2, max_length=16, description="The slots whose records are joined, in order."
        )
        merge_strategy: Literal["dict", "flat", "list"] = Field(
            "dict",
            description="dict: an object with a key for each slot; flat: all fields, later ones win; list: a list.",
        )

    @classmethod
    def ports(cls, config: dict[str, Any]) -> Ports:
        names = cls.parse_config(config).slots
        return Ports(tuple(SlotSpec(name) for name in names), super().ports(config).events)

    def logic(self, *lists: list[Any]) -> None:
        for items in zip_longest(*lists, fillvalue=paths.MISSING):
            present = {n: item for n, item in zip(self.slots, items, strict=True) if item is not paths.MISSING}
            found = {name: record(item) for name, item in present.items()}
            carried = {key: value for one in found.values() for key, value in one.carried.items()}
            data = self._merged({name: one.data for name, one in found.items()})
            self.emit("joined", **{**carried, "sources": list(found), "data": data})

    def _merged(self, parts: dict[str, Any]) -> Any:
        if self.config.merge_strategy == "list":
            return list(parts.values())
        if self.config.merge_strategy == "dict":
            return parts
        return {key: value for part in parts.values() for key, value in as_object(part).items()}
