from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "projects",
    "项目",
    (
        Permission(
            "projects.view",
            "查看项目",
            scoped=True,
            roles=(Role.OPERATOR, Role.DEPARTMENT, Role.SUPERVISOR, Role.FINANCE, Role.AUDITOR),
            keeps_veils=True,
        ),
        Permission(
            "projects.add", "申请项目", roles=(Role.OPERATOR, Role.DEPARTMENT), keeps_veils=True
        ),
        Permission(
            "projects.edit",
            "修改项目",
            scoped=True,
            roles=(Role.OPERATOR, Role.DEPARTMENT),
            keeps_veils=True,
        ),
        Permission(
            "projects.approve", "审核项目", scoped=True, roles=(Role.SUPERVISOR,), keeps_veils=True
        ),
        Permission(
            "projects.delete", "删除项目", scoped=True, roles=(Role.DEPARTMENT,), keeps_veils=True
        ),
        Permission(
            "projects.archive", "归档项目", scoped=True, roles=(Role.OPERATOR,), keeps_veils=True
        ),
        Permission("projects.delete_files", "批量删除项目附件", scoped=True, keeps_veils=True),
        Permission("projects.rules", "设置制度规则"),
    ),
)
