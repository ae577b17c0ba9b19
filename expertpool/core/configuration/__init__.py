"""What an office decides for itself: declared in code, typed, stored by `siteconfig`.

MINUTES = Setting("draws.reply_minutes", "答复时限", Number(1, 43_200, "分钟"), 60, group=INVITING)

register_settings(MINUTES)      # in apps.ready()
value_of(MINUTES)               # an int, as it stands now
"""

from expertpool.core.configuration.catalogue import (
    Rule,
    Setting,
    SettingGroup,
    Trial,
    TrialFailed,
    register_settings,
    register_trial,
)
from expertpool.core.configuration.kinds import (
    Boolean,
    Choice,
    Duration,
    Email,
    Number,
    Secret,
    Span,
    Text,
    TimeRange,
)
from expertpool.core.configuration.reading import Reader, read_once, value_of

__all__ = [
    "Boolean",
    "Choice",
    "Duration",
    "Email",
    "Number",
    "Reader",
    "Rule",
    "Secret",
    "Setting",
    "SettingGroup",
    "Span",
    "Text",
    "TimeRange",
    "Trial",
    "TrialFailed",
    "read_once",
    "register_settings",
    "register_trial",
    "value_of",
]
