from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

VIEW, RATE, ANSWER, SANCTION, EXPORT, MANAGE = (
    "evaluations.view",
    "evaluations.rate",
    "evaluations.answer",
    "evaluations.sanction",
    "evaluations.export",
    "evaluations.manage",
)
PERMISSIONS = PermissionGroup(
    "evaluations",
    "综合评价",
    (
        Permission(
            VIEW,
            "查看评价",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
        ),
        Permission(RATE, "评价专家（还须能查看名单）", scoped=True, roles=(Role.OPERATOR,)),
        Permission(
            ANSWER,
            "答复评价申诉（还须能查看名单）、警告申诉",
            scoped=True,
            roles=(Role.SUPERVISOR,),
        ),
        Permission(SANCTION, "申请、确认警告和移入黑名单", scoped=True, roles=(Role.SUPERVISOR,)),
        Permission(EXPORT, "导出评价", scoped=True),
        Permission(MANAGE, "设置评价表"),
    ),
)
