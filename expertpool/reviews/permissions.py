from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup
from expertpool.draws.enums import CONTRIBUTOR_PERMISSION, SUPERVISOR

VIEW, MANAGE, CONFIRM, RESULTS, EXPORT, RULES = (
    "reviews.view",
    "reviews.manage",
    "reviews.confirm",
    "reviews.results",
    "reviews.export",
    "reviews.rules",
)
# Whoever supervises draws supervises assignments, and no administrator by his role (docs/decisions/0239).
SUPERVISES = CONTRIBUTOR_PERMISSION[SUPERVISOR]
PERMISSIONS = PermissionGroup(
    "reviews",
    "评审",
    (
        Permission(
            VIEW,
            "查看评审进度",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
        ),
        Permission(
            MANAGE,
            "组织评审：评审对象、材料、签到、退回评分表",
            scoped=True,
            roles=(Role.OPERATOR,),
        ),
        Permission(CONFIRM, "同意退回评分表", scoped=True, roles=(Role.SUPERVISOR,)),
        Permission(
            RESULTS,
            "查看评审结果（能查看名单的，看到专家姓名）",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR),
        ),
        Permission(EXPORT, "导出评审汇总表", scoped=True, roles=(Role.OPERATOR,)),
        Permission(RULES, "设置评审规则", roles=(Role.OPERATOR,)),
    ),
)
