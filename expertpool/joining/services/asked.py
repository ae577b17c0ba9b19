"""What the steps of a flow ask of an application: columns beside its contents, which are encrypted."""

from __future__ import annotations

from typing import Any

from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import COPIED
from expertpool.joining.queries.contents import Contents

NOTHING: dict[str, Any] = {
    "expert_type": "", "education": "", "practice_years": None, "division": None, "extra": {},
}  # fmt: skip


def asked_of(found: Contents) -> dict[str, Any]:
    """Return the values of those columns, as a record of what was ``found`` would have them."""
    record = Expert()
    EXPERT.fill(record, found.values)
    return {name: getattr(record, name) for name in (*COPIED, "extra")}


def write_asked(application: Application, found: Contents) -> None:
    """Write those columns, and the specialties, anew from what was ``found`` in the contents, which have a proof:
    whoever wrote into them leads no application past a step."""
    for name, value in asked_of(found).items():
        setattr(application, name, value)
    application.save(update_fields=[*COPIED, "extra"])
    application.specialties.set(found.specialties)
