from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "projects",
    "项目",
    (
        Permission("projects.view", "查看项目", scoped=True),
        Permission("projects.add", "申请项目"),
        Permission("projects.edit", "修改项目", scoped=True),
        Permission("projects.approve", "审核项目", scoped=True),
        Permission("projects.delete", "删除项目", scoped=True),
        Permission("projects.archive", "归档项目", scoped=True),
        Permission("projects.delete_files", "批量删除项目附件", scoped=True),
        Permission("projects.rules", "设置制度规则"),
    ),
)
