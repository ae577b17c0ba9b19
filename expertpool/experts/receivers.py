"""What other apps announce, as it matters to who is taken into the pool."""

from __future__ import annotations

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.directory.events import UnitsToMerge
from expertpool.directory.models import Unit
from expertpool.experts.queries.admission import RIGHT
from expertpool.experts.services.employers import note_units_merged
from expertpool.experts.settings import AT_ONCE
from expertpool.siteconfig.events import SettingChanged
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import read_before
from expertpool.workflow.services.telling import tell_lowered


def setting_changed(event: SettingChanged) -> None:
    """Tell at once whoever admits that others may be let in without them: a day before they are."""
    change = SettingChange.objects.select_related("actor").get(pk=event.change_id)
    if change.code == AT_ONCE.code and value_of(AT_ONCE) and not read_before(change)(AT_ONCE):
        tell_lowered(AT_ONCE, change, readers=(RIGHT,))


def units_to_merge(event: UnitsToMerge) -> None:
    """Keep with each expert that his employer, or whom he avoids, is another unit from now on."""
    units = Unit.objects.in_bulk([event.unit_id, event.into_id])
    note_units_merged(
        unit=units[event.unit_id],
        into=units[event.into_id],
        actor=User.objects.get(pk=event.actor_id) if event.actor_id else None,
        now=event.at,
    )
