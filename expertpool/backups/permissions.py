from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Duty, Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "backups",
    "备份",
    (
        Permission(
            "backups.view", "查看备份，接收备份提醒", roles=(Role.AUDITOR,), duty=Duty.SYSTEM
        ),
        Permission("backups.make", "立即备份", duty=Duty.SYSTEM),
    ),
)
