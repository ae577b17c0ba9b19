from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "backups",
    "备份",
    (
        Permission("backups.view", "查看备份，接收备份提醒", roles=(Role.AUDITOR,)),
        Permission("backups.make", "立即备份"),
    ),
)
