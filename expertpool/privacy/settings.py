"""What the office decides about the personal data of experts."""

from expertpool.core.configuration import Choice, Setting, SettingGroup

PRIVACY = SettingGroup("privacy", "个人信息", order=41)

NOBODY, OFFICE, NAMES = "nobody", "office", "names"
TOLD_READS = Setting(
    "privacy.told_reads",
    "专家能看到谁查阅过自己的信息",
    Choice(
        (
            (NOBODY, "不显示"),
            (OFFICE, "显示日期和内容，不写姓名"),
            (NAMES, "显示日期、内容和查阅人姓名"),
        )
    ),
    OFFICE,
    group=PRIVACY,
    order=10,
    help="在专家的「个人信息权利」页面；只列到前一天。全部查阅在「谁看过谁」登记，与此无关。",
)
SETTINGS = (TOLD_READS,)
