"""What of settings those are told who decide: by whom the office lets its people be vouched for."""

from __future__ import annotations

from expertpool.accounts.events import AccessTaken
from expertpool.audit.models import Entry
from expertpool.core.configuration import SITE_SETTINGS
from expertpool.core.events import publish
from expertpool.identity.queries import TRUST
from expertpool.siteconfig.events import SettingsSaved
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.page import in_words
from expertpool.siteconfig.queries.stored import LOGGED

TRUSTED = {setting.code for settings in TRUST.values() for setting in settings}


def settings_saved(event: SettingsSaved) -> None:
    """Tell all who decide anything at once: whoever says who is who can be each of them."""
    changes = SettingChange.objects.filter(pk__in=event.change_ids, code__in=TRUSTED)
    changes = changes.select_related("actor").order_by("id")
    if not changes:
        return
    last = changes[len(changes) - 1]
    group = SITE_SETTINGS[last.code].group.label
    entries = Entry.objects.filter(action__in=LOGGED, actor=last.actor_id, note=group)
    what = "；".join(f"{one.label}：{one.before} → {one.after}" for one in in_words(changes))
    publish(AccessTaken(entries.latest("id").pk, f"{group}：{what}"))
