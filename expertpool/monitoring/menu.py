from expertpool.core.registry import MenuGroup, MenuItem
from expertpool.monitoring.permissions import TRAFFIC, VIEW

GROUP = MenuGroup("monitoring", "运行监控", 88)
ITEMS = (
    MenuItem(
        "monitoring.online",
        "在线用户",
        "users",
        "monitoring:online",
        permissions=(VIEW,),
        order=20,
        group="monitoring",
        is_fixed=True,
    ),
    MenuItem(
        "monitoring.heat",
        "活跃时段",
        "clock",
        "monitoring:heat",
        permissions=(VIEW,),
        order=40,
        active=("monitoring:heat_",),
        group="monitoring",
    ),
    MenuItem(
        "monitoring.visits",
        "访问页面",
        "eye",
        "monitoring:visits",
        permissions=(VIEW,),
        order=50,
        group="monitoring",
        is_fixed=True,
    ),
    MenuItem(
        "monitoring.regions",
        "地域网段",
        "map-pin",
        "monitoring:region_list",
        permissions=(TRAFFIC,),
        order=70,
        active=("monitoring:region_",),
        group="monitoring",
    ),
)
