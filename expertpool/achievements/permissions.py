from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "achievements",
    "专家成果",
    (
        Permission(
            "achievements.view",
            "查看已通过的专家成果",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
        ),
        Permission("achievements.edit", "登记、审核、删除专家成果", scoped=True),
        Permission("achievements.export", "导出专家成果", scoped=True),
    ),
)
