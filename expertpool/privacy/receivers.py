"""What other apps announce, as it matters to personal data."""

from __future__ import annotations

from expertpool.core.configuration import value_of
from expertpool.privacy.permissions import DECIDE
from expertpool.privacy.settings import KEEPING
from expertpool.siteconfig.events import SettingChanged
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import read_before
from expertpool.workflow.services.telling import tell_lowered


def setting_changed(event: SettingChanged) -> None:
    """Tell at once whoever decides on erasures that records will be erased sooner: a day before they are."""
    change = SettingChange.objects.select_related("actor").get(pk=event.change_id)
    for setting in KEEPING:
        if setting.code != change.code or setting.strictest is None:
            continue
        now, was = value_of(setting), read_before(change)(setting)
        if setting.strictest([now, was]) != now:
            tell_lowered(setting, change, readers=(DECIDE,))
