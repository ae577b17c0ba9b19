from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Duty, Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "accounts",
    "账号与权限",
    (
        Permission("accounts.users", "管理用户", duty=Duty.SYSTEM),
        Permission("accounts.roles", "管理角色", duty=Duty.SECURITY),
        # Beside the two above it makes the security administrator: docs/decisions/0081.
        Permission(
            "accounts.security",
            "安全管理：管理权限高于自己的账号，接收账号变动通知",
            duty=Duty.SECURITY,
        ),
        Permission("accounts.menus", "管理菜单和首页快捷功能", duty=Duty.SYSTEM),
        Permission("accounts.departments", "管理部门", duty=Duty.SYSTEM),
        Permission("accounts.logins", "查看登录记录", roles=(Role.AUDITOR,), duty=Duty.AUDIT),
        Permission("accounts.tokens", "管理接口令牌", duty=Duty.SECURITY),
    ),
)
