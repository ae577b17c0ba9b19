from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "certificates",
    "专家证书",
    (
        Permission(
            "certificates.view",
            "查看专家证书",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
        ),
        Permission("certificates.issue", "签发、换发、注销、打印专家证书", scoped=True),
        Permission("certificates.export", "导出专家证书", scoped=True),
        Permission("certificates.designs", "管理证书样式和编号规则"),
    ),
)
