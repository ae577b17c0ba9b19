"""What an office decides for itself: declared in code, typed, stored by `siteconfig`.

MINUTES = Setting("draws.reply_minutes", "答复时限", Number(1, 43_200, "分钟"), 60, group=INVITING)

SITE_SETTINGS.add(MINUTES)      # in apps.ready()
value_of(MINUTES)               # an int, as it stands now
"""

from expertpool.core.configuration.catalogue import (
    SETTING_RULES,
    SETTING_TRIALS,
    SITE_SETTINGS,
    Setting,
    SettingGroup,
    SettingRule,
    Trial,
    TrialFailed,
)
from expertpool.core.configuration.kinds import (
    Boolean,
    Choice,
    Duration,
    Email,
    Number,
    OwnNumber,
    Picture,
    Secret,
    Several,
    Span,
    Text,
    TimeRange,
)
from expertpool.core.configuration.reading import Reader, read_once, value_of, words_of

__all__ = [
    "SETTING_RULES",
    "SETTING_TRIALS",
    "SITE_SETTINGS",
    "Boolean",
    "Choice",
    "Duration",
    "Email",
    "Number",
    "OwnNumber",
    "Picture",
    "Reader",
    "Secret",
    "Setting",
    "SettingGroup",
    "SettingRule",
    "Several",
    "Span",
    "Text",
    "TimeRange",
    "Trial",
    "TrialFailed",
    "read_once",
    "value_of",
    "words_of",
]
