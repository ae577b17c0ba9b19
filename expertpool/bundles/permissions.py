from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

MAKE = "bundles.make"
PERMISSIONS = PermissionGroup(
    "bundles",
    "证据包",
    (
        Permission(
            MAKE,
            "生成、下载证据包（只含本人能查看的内容）",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
        ),
    ),
)
