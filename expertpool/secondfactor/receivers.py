"""What other apps announce, as it matters to second steps."""

from __future__ import annotations

from expertpool.accounts.settings import SEPARATION
from expertpool.core.configuration import value_of
from expertpool.secondfactor.settings import REQUIRED_OF
from expertpool.siteconfig.events import SettingChanged
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import read_before
from expertpool.workflow.services.telling import tell_lowered


def setting_changed(event: SettingChanged) -> None:
    """Tell the security administrators at once, a day before, of whom no second step will be demanded any more, and
    that the three administrators are no longer to be apart."""
    change = SettingChange.objects.select_related("actor").get(pk=event.change_id)
    if change.code == SEPARATION.code and not value_of(SEPARATION):
        tell_lowered(SEPARATION, change)
    if change.code != REQUIRED_OF.code:
        return
    before, after = read_before(change)(REQUIRED_OF), value_of(REQUIRED_OF)
    if not set(before).issubset(after):
        tell_lowered(REQUIRED_OF, change)
