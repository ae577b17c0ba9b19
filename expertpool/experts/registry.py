"""What apps above let a user do with the experts whom he has ticked in the list."""

from __future__ import annotations

from dataclasses import dataclass

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
