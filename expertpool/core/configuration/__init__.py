"""What an office decides for itself: declared in code, typed, stored by `siteconfig`.

USUAL = Setting("draws.reply_usual", "答复时限默认", Number(1, 43_200, "分钟"), 60, group=…, help="…")

SITE_SETTINGS.add(USUAL)        # in apps.ready()
value_of(USUAL)                 # an int, as it stands now
"""

from expertpool.core.configuration.catalogue import (
    SETTING_CONSTRAINTS,
    SETTING_PAGES,
    SETTING_TRIALS,
    SITE_SETTINGS,
    Setting,
    SettingConstraint,
    SettingGroup,
    SettingPage,
    Trial,
    TrialFailed,
    first_empty,
)
from expertpool.core.configuration.kinds import (
    Boolean,
    Choice,
    Duration,
    Email,
    Number,
    OwnNumber,
    OwnTimeRange,
    Picture,
    Secret,
    Several,
    Span,
    Text,
    TimeRange,
    any_of,
)
from expertpool.core.configuration.reading import (
    Reader,
    in_force,
    read_anew,
    read_once,
    value_of,
    words_of,
)

__all__ = [
    "SETTING_CONSTRAINTS",
    "SETTING_PAGES",
    "SETTING_TRIALS",
    "SITE_SETTINGS",
    "Boolean",
    "Choice",
    "Duration",
    "Email",
    "Number",
    "OwnNumber",
    "OwnTimeRange",
    "Picture",
    "Reader",
    "Secret",
    "Setting",
    "SettingConstraint",
    "SettingGroup",
    "SettingPage",
    "Several",
    "Span",
    "Text",
    "TimeRange",
    "Trial",
    "TrialFailed",
    "any_of",
    "first_empty",
    "in_force",
    "read_anew",
    "read_once",
    "value_of",
    "words_of",
]
