from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Duty, Permission, PermissionGroup

VIEW = "monitoring.view"
TRAFFIC = "monitoring.traffic"
PERMISSIONS = PermissionGroup(
    "monitoring",
    "运行监控",
    (
        Permission(
            VIEW, "查看在线用户、活跃统计和访问页面记录", roles=(Role.AUDITOR,), duty=Duty.AUDIT
        ),
        Permission(TRAFFIC, "查看公开页面的流量统计", roles=(Role.AUDITOR,), duty=Duty.SYSTEM),
    ),
)
