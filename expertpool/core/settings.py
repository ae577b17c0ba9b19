"""What the office decides about every page."""

from expertpool.core.configuration import Setting, SettingGroup, Text

SITE = SettingGroup("site", "站点", order=10)

SITE_NAME = Setting(
    "core.site_name",
    "站点名称",
    Text(max_length=30),
    "专家库综合管理系统",
    group=SITE,
    order=10,
    help="显示在每一页的左上角、登录页和浏览器标签上。",
)

SETTINGS = (SITE_NAME,)
