from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "notifications",
    "通知",
    (
        Permission("notifications.view", "查看通知记录", roles=(Role.OPERATOR, Role.AUDITOR)),
        Permission("notifications.resend", "重新发送通知", roles=(Role.OPERATOR,)),
        Permission("notifications.delete", "删除通知记录"),
        Permission("notifications.templates", "管理通知模板"),
    ),
)
