"""What the office decides about one's own account."""

from datetime import timedelta

from expertpool.accounts.settings import SIGN_IN
from expertpool.core.configuration import Duration, Setting

PHONE_LINK_VALID = Setting(
    "portal.phone_link_valid",
    "手机号验证链接有效",
    Duration(5, 1440, "分钟"),
    timedelta(minutes=30),
    group=SIGN_IN,
    order=60,
    help="发到本人手机、证明号码是本人的链接；也适用于已经发出的。",
)

SETTINGS = (PHONE_LINK_VALID,)
