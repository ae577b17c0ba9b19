"""What the office decides about the personal data of experts."""

from collections.abc import Sequence

from expertpool.core.configuration import Choice, Number, Setting, SettingGroup

PRIVACY = SettingGroup(
    "privacy",
    "个人信息",
    order=41,
    saved="使个人信息更早抹去的一天后生效，已告知有权办理抹去的人、监督人等办理确认的人和安全管理员，其余立即生效",
)


def _longest(values: Sequence[int]) -> int:
    """Return the period that keeps records longest: none at all (0) keeps them for ever."""
    return 0 if 0 in values else max(values)


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
ANSWER_DAYS = Setting(
    "privacy.answer_days",
    "答复专家的个人信息请求最迟",
    Number(1, 15, "个工作日"),
    15,
    group=PRIVACY,
    order=20,
    help="从申请的第二天算起，不算节假日；只对以后的申请。",
)
REMIND_DAYS = Setting(
    "privacy.remind_days",
    "到期前几个工作日开始催办",
    Number(1, 10, "个工作日"),
    3,
    group=PRIVACY,
    order=30,
    help="每个工作日早上提醒有权答复的人一次，直到答复；超期的继续提醒。",
)
KEEP_DELETED = Setting(
    "privacy.keep_deleted",
    "从专家库删除后多少年自动抹去个人信息",
    Number(0, 50, "年"),
    0,
    group=PRIVACY,
    order=40,
    help="0：不自动抹去，只按申请由两人办理。从删除之日算起，每晚办理；将被抹去的人列在「抹去个人信息」。"
    "抽取、评审、劳务费记录不抹去。开启、缩短的一天后生效，并立即告诉有权办理抹去的人。",
    strictest=_longest,
)
KEEP_YEARS = Setting(
    "privacy.keep_years",
    "抽取、劳务费记录中的姓名保留",
    Number(15, 50, "年"),
    15,
    group=PRIVACY,
    order=50,
    help="从最后一次评审那年的年底算起，不少于 15 年（政府采购法第四十二条）；到期后已抹去的专家的姓名也抹去，只留编号。"
    "缩短的一天后生效，并立即告诉有权办理抹去的人。",
    strictest=max,
)
# Whoever shortens one of these has personal data erased sooner, for good.
KEEPING = (KEEP_DELETED, KEEP_YEARS)
SETTINGS = (TOLD_READS, ANSWER_DAYS, REMIND_DAYS, KEEP_DELETED, KEEP_YEARS)
