from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "customforms",
    "自定义字段",
    (Permission("customforms.manage", "管理自定义字段"),),
)
