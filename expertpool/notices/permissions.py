from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "notices",
    "专家通知",
    (
        Permission(
            "notices.view",
            "查看专家通知和阅读情况",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
        ),
        Permission("notices.send", "编写、发送、撤回专家通知", scoped=True, roles=(Role.OPERATOR,)),
        Permission("notices.export", "导出专家通知的阅读情况", scoped=True),
    ),
)
