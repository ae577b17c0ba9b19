from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "reports",
    "统计报表",
    (
        Permission(
            "reports.ledger", "查看人工操作台账", scoped=True, roles=(Role.SUPERVISOR, Role.AUDITOR)
        ),
        Permission("reports.exposure", "查看曝光分析", roles=(Role.SUPERVISOR, Role.AUDITOR)),
    ),
)
