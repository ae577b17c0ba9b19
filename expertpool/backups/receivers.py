"""What other apps announce, as it matters to backups."""

from __future__ import annotations

from expertpool.backups.occasions import READERS
from expertpool.backups.settings import KEEPING
from expertpool.core.configuration import value_of
from expertpool.siteconfig.events import SettingChanged
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import read_before
from expertpool.workflow.services.telling import tell_lowered


def setting_changed(event: SettingChanged) -> None:
    """Tell at once whoever looks after backups that old ones will be deleted sooner: a day before they are."""
    change = SettingChange.objects.select_related("actor").get(pk=event.change_id)
    for setting in KEEPING:
        if setting.code == change.code and value_of(setting) < read_before(change)(setting):
            tell_lowered(setting, change, readers=READERS)
