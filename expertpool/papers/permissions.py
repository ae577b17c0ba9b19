from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "papers",
    "文书",
    (Permission("papers.templates", "管理文书模板"),),
)
