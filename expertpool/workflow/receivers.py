"""What other apps announce and second persons are told."""

from __future__ import annotations

from expertpool.accounts.events import AccessTaken
from expertpool.audit.actions import LOG_ACTIONS
from expertpool.audit.models import Entry
from expertpool.core.configuration import value_of
from expertpool.core.text import moment_text
from expertpool.notifications.queries.route import changes_of_route
from expertpool.siteconfig.events import SettingChanged, SettingsSaved
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import read_before
from expertpool.workflow.occasions import TAKEN
from expertpool.workflow.services.telling import tell_lowered, tell_rerouted, tell_watchers
from expertpool.workflow.settings import DEMANDS


def setting_changed(event: SettingChanged) -> None:
    change = SettingChange.objects.select_related("actor").get(pk=event.change_id)
    for setting in DEMANDS:
        if setting.code == change.code and value_of(setting) < read_before(change)(setting):
            tell_lowered(setting, change)


def access_taken(event: AccessTaken) -> None:
    """Tell whom it concerns, all who decide anything or read the log, and the security administrators at once, also by
    telephone and mail: who loses the page by which he objects cannot read it there."""
    entry = Entry.objects.get(pk=event.entry_id)
    common = {
        "操作人": entry.actor_name,
        "操作": LOG_ACTIONS[entry.action].label,
        "内容": event.what,
        "时间": moment_text(entry.at),
    }
    tell_watchers(
        TAKEN,
        (entry.subject_type, entry.subject_id),
        common,
        f"{TAKEN.code}:{entry.pk}",
        readers=("audit.view",),
        users=event.user_ids,
        but=entry.actor_id or 0,
        now=entry.at,
    )


def settings_saved(event: SettingsSaved) -> None:
    if changes := changes_of_route(event.change_ids):
        tell_rerouted(changes, event.before)
