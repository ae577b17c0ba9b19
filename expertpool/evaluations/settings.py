"""What the office decides about ratings."""

from expertpool.core.configuration import Number, Setting, SettingGroup

EVALUATIONS = SettingGroup("evaluations", "综合评价", order=40)
WINDOW = Setting(
    "evaluations.window",
    "评价期限",
    Number(1, 60, "个工作日"),
    5,
    group=EVALUATIONS,
    order=10,
    help="评审结束、名单公开后开始评价，过了这么多个工作日不能再评价；以后开始的评价适用。",
)
REMIND = Setting(
    "evaluations.remind",
    "评价截止前提醒",
    Number(0, 10, "天前"),
    1,
    group=EVALUATIONS,
    order=20,
    help="截止前这么多天提醒还没有评完的人员一次；0 为不提醒。",
)
OBJECTION = Setting(
    "evaluations.objection",
    "评价、警告申诉期限",
    Number(1, 60, "个工作日"),
    10,
    group=EVALUATIONS,
    order=30,
    help="评价结束、受到警告后，专家可以在这么多个工作日内对每份评价、每次警告申诉一次；对警告立即适用，对评价从以后结束的起适用。",
)
SETTINGS = (WINDOW, REMIND, OBJECTION)
