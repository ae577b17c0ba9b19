from typing import Any

from django.core.checks import Error
from django.urls import get_resolver

from expertpool.core.permissions import (
    Permission,
    PermissionGroup,
    UnknownPermission,
    get_permission,
    required_codes,
)

PERMISSIONS = PermissionGroup(
    "accounts",
    "账号与权限",
    (
        Permission("accounts.users", "管理用户"),
        Permission("accounts.roles", "管理角色"),
        Permission("accounts.departments", "管理部门"),
        Permission("accounts.logins", "查看登录记录"),
        Permission("accounts.tokens", "管理接口令牌"),
    ),
)


def check_required_codes(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """System check: every code that a view asks for is one that a role can be given."""
    _ = get_resolver().url_patterns  # imports all views
    return [
        Error(
            f"Permission {code} is asked for but declared in no catalogue.",
            hint="Declare it in the permissions.py of its app.",
            id="accounts.E001",
        )
        for code in sorted(required_codes)
        if not _is_known(code)
    ]


def _is_known(code: str) -> bool:
    try:
        get_permission(code)
    except UnknownPermission:
        return False
    return True
