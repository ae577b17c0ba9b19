from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

STATISTICS = "reports.statistics"
SCREEN = "reports.screen"
PERMISSIONS = PermissionGroup(
    "reports",
    "统计报表",
    (
        Permission(
            "reports.ledger", "查看人工操作台账", scoped=True, roles=(Role.SUPERVISOR, Role.AUDITOR)
        ),
        Permission("reports.exposure", "查看曝光分析", roles=(Role.SUPERVISOR, Role.AUDITOR)),
        Permission(SCREEN, "打开大屏（全库的数字，没有姓名）", roles=(Role.SUPERVISOR,)),
        Permission(
            STATISTICS,
            "查看和导出统计分析（只有数字，没有姓名）",
            scoped=True,
            roles=(Role.OPERATOR, Role.DEPARTMENT, Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR),
            keeps_veils=True,
        ),
    ),
)
