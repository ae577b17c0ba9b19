"""What the office decides about experts' accounts."""

from datetime import timedelta

from expertpool.accounts.settings import SIGN_IN
from expertpool.core.configuration import Duration, Setting

ACTIVATION_VALID = Setting(
    "experts.activation_valid",
    "专家激活链接有效",
    Duration(1, 30, "天"),
    timedelta(days=7),
    group=SIGN_IN,
    order=50,
    help="开通账号时发给专家的链接；也适用于已经发出的。",
)

SETTINGS = (ACTIVATION_VALID,)
