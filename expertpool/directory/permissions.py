from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "directory",
    "基础资料",
    (
        Permission(
            "directory.view",
            "查看基础资料",
            roles=(Role.OPERATOR, Role.DEPARTMENT, Role.SUPERVISOR, Role.AUDITOR),
            keeps_veils=True,
        ),
        Permission("directory.edit", "维护基础资料"),
    ),
)
