"""What the office decides about one's own account and the home page."""

from datetime import timedelta

from expertpool.accounts.settings import SIGN_IN
from expertpool.core.configuration import Boolean, Duration, Setting
from expertpool.core.settings import SITE

PHONE_LINK_VALID = Setting(
    "portal.phone_link_valid",
    "手机号验证链接有效",
    Duration(5, 1440, "分钟"),
    timedelta(minutes=30),
    group=SIGN_IN,
    order=60,
    help="发到本人手机、证明号码是本人的链接；也适用于已经发出的。",
)

FIRST_HOUR = Setting(
    "portal.first_hour",
    "新装系统的步骤",
    Boolean(),
    True,
    group=SITE,
    order=90,
    help="新装的系统在管理员的工作台列出开始使用前要做的事，做完一件划去一件，全部做完后不再显示；关闭后立即不显示。",
)

SETTINGS = (PHONE_LINK_VALID, FIRST_HOUR)
