from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

VIEW, CORRECT, SERVE, EXPORT, MANAGE = (
    "points.view",
    "points.correct",
    "points.serve",
    "points.export",
    "points.manage",
)
PERMISSIONS = PermissionGroup(
    "points",
    "专家积分",
    (
        Permission(
            VIEW,
            "查看专家积分",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
        ),
        Permission(CORRECT, "申请、确认积分更正", scoped=True, roles=(Role.SUPERVISOR,)),
        Permission(SERVE, "答复服务申请", scoped=True),
        Permission(EXPORT, "导出专家积分", scoped=True),
        Permission(MANAGE, "设置积分规则、等级和服务"),
    ),
)
