from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

VIEW, MANAGE, EXPORT = "inspections.view", "inspections.manage", "inspections.export"
PERMISSIONS = PermissionGroup(
    "inspections",
    "专家年检",
    (
        Permission(
            VIEW,
            "查看专家年检",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
        ),
        Permission(MANAGE, "开启、审核年检，恢复抽取", scoped=True),
        Permission(EXPORT, "导出专家年检", scoped=True),
    ),
)
