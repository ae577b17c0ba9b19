"""What the office lets anybody see of achievements."""

from expertpool.achievements.enums import PublicShown
from expertpool.core.configuration import Choice, Setting, SettingGroup

ACHIEVEMENTS = SettingGroup("achievements", "专家成果", order=40)
PUBLIC = Setting(
    "achievements.public",
    "公开的成果页面",
    Choice(tuple(PublicShown.choices)),
    PublicShown.NOTHING.value,
    group=ACHIEVEMENTS,
    order=10,
    help="公开时，任何人不用登录就能看到已通过的成果的名称、年份和来源，没有附件和联系方式；立即生效。",
)
SETTINGS = (PUBLIC,)
