"""By what an applicant is told what was decided."""

from __future__ import annotations

from expertpool.joining.enums import ContactKind
from expertpool.joining.models import Application
from expertpool.joining.occasions import DECIDED
from expertpool.joining.queries.contents import read, verified
from expertpool.notifications.queries.channels import ways_outside


def told_by(application: Application) -> list[str]:
    """Return the names of the ways beyond this site by which the applicant of ``application`` is told of it, as it says
    now where he is reached (`services.deciding.tell_applicant`)."""
    values = read(application).values
    to = {one.value: str(values.get(one.value) or "") for one in ContactKind}
    own, address = verified(application)
    ways = ways_outside(DECIDED, **to | {own: address})
    return [str(way.label) for way in ways]
