from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "accounts",
    "账号与权限",
    (
        Permission("accounts.users", "管理用户"),
        Permission("accounts.roles", "管理角色"),
        # Beside the two above it makes the security administrator: docs/decisions/0081.
        Permission("accounts.security", "安全管理：管理权限高于自己的账号，接收账号变动通知"),
        Permission("accounts.menus", "管理菜单和首页快捷功能"),
        Permission("accounts.departments", "管理部门"),
        Permission("accounts.logins", "查看登录记录", roles=(Role.AUDITOR,)),
        Permission("accounts.tokens", "管理接口令牌"),
    ),
)
