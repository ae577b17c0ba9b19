"""What the office decides about the experts' own area."""

from expertpool.core.configuration import Boolean, Setting
from expertpool.experts.settings import POOL

CALENDAR_FEEDS = Setting(
    "selfservice.calendar_feeds",
    "专家可以用手机日历订阅评审安排",
    Boolean(),
    True,
    group=POOL,
    order=90,
    help="日历软件的服务商会得到评审的名称、时间和地点；不允许的，已经开通的订阅随即停用。",
)
