"""What other apps announce and second persons are told."""

from __future__ import annotations

from expertpool.core.configuration import value_of
from expertpool.notifications.queries.route import changes_of_route
from expertpool.siteconfig.events import SettingChanged, SettingsSaved
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import read_before
from expertpool.workflow.services.telling import tell_lowered, tell_rerouted
from expertpool.workflow.settings import DEMANDS


def setting_changed(event: SettingChanged) -> None:
    change = SettingChange.objects.select_related("actor").get(pk=event.change_id)
    for setting in DEMANDS:
        if setting.code == change.code and value_of(setting) < read_before(change)(setting):
            tell_lowered(setting, change)


def settings_saved(event: SettingsSaved) -> None:
    if changes := changes_of_route(event.change_ids):
        tell_rerouted(changes, event.before)
