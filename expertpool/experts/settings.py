"""What the office decides about experts' accounts and about entering them."""

from datetime import timedelta

from expertpool.accounts.settings import SIGN_IN
from expertpool.core.configuration import Duration, Number, Setting
from expertpool.core.settings import TABLES

ACTIVATION_VALID = Setting(
    "experts.activation_valid",
    "专家激活链接有效",
    Duration(1, 30, "天"),
    timedelta(days=7),
    group=SIGN_IN,
    order=50,
    help="开通账号时发给专家的链接；也适用于已经发出的。",
)

TAKEN_PER_HOUR = Setting(
    "experts.taken_per_hour",
    "每人每小时登记到重复号码最多",
    Number(1, 1000, "次"),
    10,
    group=TABLES,
    order=50,
    help="只对不能查看完整手机号、证件号的人：逐个新增或修改专家时，提示“库中已有”就说出了谁在库中，每次都记入日志。",
)

SETTINGS = (ACTIVATION_VALID, TAKEN_PER_HOUR)
