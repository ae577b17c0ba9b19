"""What apps above know of experts: what keeps members from being drawn, what is done with those who are ticked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from expertpool.core.catalogue import Catalogue
from expertpool.core.permissions import undeclared


@dataclass(frozen=True)
class ListAction:
    """A button of the bulk bar for holders of ``permission``: opens the drawer ``url_name``, which gets what was
    picked (`core.views.listing.picked_rows`, with the filters and tabs of the list)."""

    code: str
    label: str
    icon: str
    url_name: str
    permission: str


LIST_ACTIONS: Catalogue[ListAction] = Catalogue(
    "action of the list of experts", faults=lambda action: undeclared(action.permission)
)


@dataclass(frozen=True)
class AskOthers:
    """What becomes of an edit to which somebody else has to agree (`services.another`): ``ask`` hands it in, and
    refuses (ExpertRefused) what cannot be asked now."""

    code: str
    ask: Callable[
        ..., None
    ]  # expert, values, specialties, reason, found (AnotherPerson), actor, now


ASKING: Catalogue[AskOthers] = Catalogue("way to ask others about an edit")


@dataclass(frozen=True)
class Suspension:
    """``experts`` says who is not to be drawn anew on a day: by what all may be told, and never by draws. Who
    was sealed before keeps his turn (docs/decisions/0199). ``since(first, day)``: to whom of these that came on
    ``first`` or later, as ``by`` (what it comes of); None where that is nobody."""

    code: str
    experts: Callable[[date], Q]
    by: str
    since: Callable[[date, date], Q | None]


SUSPENSIONS: Catalogue[Suspension] = Catalogue("suspension")
