"""What the office decides about notices to experts."""

from __future__ import annotations

from expertpool.core.configuration import Setting, SettingGroup, Text

NOTICES = SettingGroup("notices", "专家通知", order=48)
HOSTS = Setting(
    "notices.hosts",
    "可以写的网址",
    Text(max_length=500, required=False),
    "",
    group=NOTICES,
    help="通知里除本系统外可以出现的域名，空格分开，如 www.ccgp.gov.cn；其他网址拒收，以防冒用单位名义引人到别处。",
)
SETTINGS = (HOSTS,)
