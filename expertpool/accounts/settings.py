"""What the office decides about signing in, passwords and tokens of other platforms."""

from collections.abc import Sequence
from datetime import timedelta

from expertpool.core.configuration import (
    Boolean,
    Duration,
    Number,
    Reader,
    Setting,
    SettingConstraint,
    SettingGroup,
)


def _shortest(days: Sequence[int]) -> int:
    """Return the least of ``days``, of which none is no end at all."""
    return min(filter(None, days), default=0)


SIGN_IN = SettingGroup("sign_in", "登录与链接", order=30)

TOKENS = SettingGroup("tokens", "接口令牌", order=35)

SESSION_LENGTH = Setting(
    "accounts.session_length",
    "登录有效时长",
    Duration(5, 1440, "分钟"),
    timedelta(minutes=480),
    group=SIGN_IN,
    order=10,
    help="登录后这么久需要重新登录；已登录的人下次登录起适用。",
)
IDLE_LIMIT = Setting(
    "accounts.idle_limit",
    "多久没有操作自动退出",
    Duration(5, 480, "分钟"),
    timedelta(minutes=30),
    group=SIGN_IN,
    order=12,
    help="没有打字、点按、打开页面就算没有操作，页面自己刷新不算；到时退出登录，已填写的内容留在页面上，重新登录后继续。"
    "从下一次操作起适用；调长一天后生效。",
    strictest=min,
)
SEPARATION = Setting(
    "accounts.separation",
    "三员分立",
    Boolean("启用", "不启用"),
    False,
    group=SIGN_IN,
    order=14,
    help="启用后，系统、安全、审计管理员须是三个人，互不兼任，也没有业务权限；还有人兼任的不能启用（见“三员分立”页面）。"
    "停用一天后生效，并通知安全管理员。",
    strictest=any,
)
FAILURES_TO_LOCK = Setting(
    "accounts.failures_to_lock",
    "密码连续输错几次后须等待",
    Number(3, 20, "次"),
    5,
    group=SIGN_IN,
    order=20,
    help="同一账号连续输错这么多次，要等一会儿才能再试。",
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
LINKS_PER_ADDRESS = Setting(
    "accounts.links_per_address",
    "同一网络地址每小时「忘记密码」上限",
    Number(3, 1000, "次"),
    20,
    group=SIGN_IN,
    order=35,
    help="专家、入库申请人在登录页点「忘记密码」。同一账号每小时最多 5 次，不单独设置。",
)
LINKS_PER_HOUR = Setting(
    "accounts.links_per_hour",
    "全站每小时「忘记密码」上限",
    Number(10, 100_000, "次"),
    300,
    group=SIGN_IN,
    order=36,
    help="防止有人大量触发短信、邮件；后一半每个网络地址只能用其中一小份。",
)
FAILURES_OF_ADDRESS = Setting(
    "accounts.failures_of_address",
    "同一网络地址失败上限",
    Number(5, 1000, "次"),
    30,
    group=SIGN_IN,
    order=40,
    help="失败这么多次的地址列入“受限地址”。同一账号最多计入“须等待”的次数，随后登录成功的不计，一人输错不会连累共用出口的同事。",
)
FAILURES_WINDOW = Setting(
    "accounts.failures_window",
    "同一网络地址失败次数统计",
    Duration(1, 1440, "分钟"),
    timedelta(minutes=10),
    group=SIGN_IN,
    order=41,
    help="上一项数这么久以内的失败，过后不再计入；立即生效。",
)
BLOCK_TIME = Setting(
    "accounts.block_time",
    "受限地址多久后自动解除",
    Duration(1, 43_200, "分钟"),
    timedelta(minutes=30),
    group=SIGN_IN,
    order=42,
    help="登录失败过多的地址这么久不能访问；已登录的人、用过的浏览器不受影响，管理员可提前解除。",
)
PASSWORD_LENGTH = Setting(
    "accounts.password_length",
    "密码至少",
    Number(8, 32, "位"),
    8,
    group=SIGN_IN,
    order=44,
    help="适用于以后设置的密码，已有的不受影响。",
)
PASSWORD_KINDS = Setting(
    "accounts.password_kinds",
    "密码至少含几种字符",
    Number(1, 4, "种"),
    3,
    group=SIGN_IN,
    order=44,
    help="大写字母、小写字母、数字、符号四种里的几种；适用于以后设置的密码，已有的不受影响。",
)
PASSWORDS_KEPT = Setting(
    "accounts.passwords_kept",
    "不能使用最近几次用过的密码",
    Number(1, 24, "次"),
    5,
    group=SIGN_IN,
    order=45,
    help="调大后，从那时起用过的才多记几次；调小后多记的随下次修改密码清除。",
)
PASSWORD_AGE = Setting(
    "accounts.password_age",
    "密码最长使用",
    Number(0, 730, "天"),
    0,
    group=SIGN_IN,
    order=46,
    help="用满这么多天，下次用密码登录时须先修改，改好之前不能做别的；0 为不限。立即生效，调长或不限一天后生效。"
    "用统一认证、目录账号登录的由那边管。",
    strictest=_shortest,
)
PASSWORD_WARNING = Setting(
    "accounts.password_warning",
    "密码到期前多少天提醒",
    Number(0, 60, "天"),
    7,
    group=SIGN_IN,
    order=47,
    help="这些天里每次登录都提醒本人修改；0 为不提醒。",
)
PASSWORD_LETTER = Setting(
    "accounts.password_letter",
    "密码到期前多少天发通知",
    Number(0, 60, "天"),
    7,
    group=SIGN_IN,
    order=48,
    help="站内消息和邮件，每个密码一次，只发给本单位用户（专家和申报人登录时提醒）；0 为不发。",
)
TOKEN_LONGEST = Setting(
    "accounts.token_longest",
    "接口令牌最长有效",
    Duration(1, 1830, "天"),
    timedelta(days=732),
    group=TOKENS,
    order=10,
    help="新建令牌的有效期不能比这更长；已有的令牌到原定的日期为止。",
)
TOKEN_USUAL = Setting(
    "accounts.token_usual",
    "接口令牌默认有效",
    Duration(1, 1830, "天"),
    timedelta(days=365),
    group=TOKENS,
    order=20,
    help="新建令牌时先填上的有效期。",
)

TAKEN_PER_HOUR = Setting(
    "accounts.taken_per_hour",
    "每人每小时填写他人号码最多",
    Number(1, 1000, "次"),
    10,
    group=SIGN_IN,
    order=60,
    help="新增、编辑用户时，提示手机号、邮箱“已登记”就说出了谁在专家库或有账号，每次都记入日志；超过后当小时不再查对。",
)

SETTINGS = (
    SESSION_LENGTH,
    IDLE_LIMIT,
    SEPARATION,
    FAILURES_TO_LOCK,
    LOCK_TIME,
    LINKS_PER_ADDRESS,
    LINKS_PER_HOUR,
    FAILURES_OF_ADDRESS,
    FAILURES_WINDOW,
    BLOCK_TIME,
    PASSWORD_LENGTH,
    PASSWORD_KINDS,
    PASSWORDS_KEPT,
    PASSWORD_AGE,
    PASSWORD_WARNING,
    PASSWORD_LETTER,
    TAKEN_PER_HOUR,
    TOKEN_LONGEST,
    TOKEN_USUAL,
)


def _usual_is_allowed(read: Reader) -> str:
    if read(TOKEN_USUAL) <= read(TOKEN_LONGEST):
        return ""
    longest = TOKEN_LONGEST.kind.words(read(TOKEN_LONGEST))
    return f"“{TOKEN_USUAL.label}”不能超过“{TOKEN_LONGEST.label}”（{longest}）。"


CONSTRAINTS = (SettingConstraint(TOKEN_USUAL.code, TOKENS, _usual_is_allowed, at=TOKEN_USUAL),)
