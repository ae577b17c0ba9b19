"""What other apps announce and second persons are told."""

from __future__ import annotations

from expertpool.siteconfig.events import SettingChanged
from expertpool.siteconfig.models import SettingChange
from expertpool.workflow.services.telling import tell_lowered
from expertpool.workflow.settings import DEMANDS


def setting_changed(event: SettingChanged) -> None:
    change = SettingChange.objects.select_related("actor").get(pk=event.change_id)
    for setting in DEMANDS:
        if setting.code == change.code:
            tell_lowered(setting, change)
