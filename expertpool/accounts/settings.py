"""What the office decides about signing in."""

from datetime import timedelta

from expertpool.core.configuration import Duration, Number, Setting, SettingGroup

SIGN_IN = SettingGroup("sign_in", "登录与链接", order=30)

SESSION_LENGTH = Setting(
    "accounts.session_length",
    "登录有效",
    Duration(5, 1440, "分钟"),
    timedelta(minutes=480),
    group=SIGN_IN,
    order=10,
    help="登录后这么久需要重新登录；已登录的人下次登录起适用。",
)
FAILURES_TO_LOCK = Setting(
    "accounts.failures_to_lock",
    "密码连续输错几次后须等待",
    Number(3, 20, "次"),
    5,
    group=SIGN_IN,
    order=20,
)
LOCK_TIME = Setting(
    "accounts.lock_time",
    "密码连续输错后最长等待",
    Duration(1, 1440, "分钟"),
    timedelta(minutes=15),
    group=SIGN_IN,
    order=30,
    help="先等 30 秒，每再错一次加倍，到这里为止；管理员可在用户管理中提前解除。",
)
FAILURES_OF_ADDRESS = Setting(
    "accounts.failures_of_address",
    "同一网络地址失败上限",
    Number(5, 1000, "次"),
    30,
    group=SIGN_IN,
    order=40,
    help="10 分钟内失败这么多次的地址暂不能登录；多人共用一个出口的单位可适当放宽。",
)

SETTINGS = (SESSION_LENGTH, FAILURES_TO_LOCK, LOCK_TIME, FAILURES_OF_ADDRESS)
