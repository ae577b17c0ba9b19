"""What the office lets anybody see of achievements, and how much their files may take."""

from expertpool.achievements.enums import PublicShown
from expertpool.core.configuration import Choice, Number, Setting, SettingGroup, value_of

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
QUOTA = Setting(
    "achievements.quota",
    "一位专家的成果证明材料合计最多",
    Number(10, 100_000, "MB"),
    500,
    group=ACHIEVEMENTS,
    order=20,
    help="本人全部成果合计；已有的不受影响，放不下时不能再上传。",
)
SETTINGS = (PUBLIC, QUOTA)


def is_public() -> bool:
    """Tell whether anybody may look at achievements."""
    return bool(value_of(PUBLIC) != PublicShown.NOTHING)
