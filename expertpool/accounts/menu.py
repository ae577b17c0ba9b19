"""What accounts adds to the menus."""

from __future__ import annotations

from expertpool.core.registry import MenuItem, PublicPage

ITEMS = (
    MenuItem(
        "accounts.users",
        "用户管理",
        "users",
        "accounts:user_list",
        ("accounts.users", "accounts.roles"),
        10,
        active=("accounts:user_",),
        group="system",
        is_fixed=True,
    ),
    MenuItem(
        "accounts.roles",
        "角色权限",
        "shield-lock",
        "accounts:role_list",
        ("accounts.roles",),
        20,
        active=("accounts:role_",),
        group="system",
        is_fixed=True,
    ),
    MenuItem(
        "accounts.duties",
        "三员分立",
        "users-group",
        "accounts:duties",
        ("accounts.roles", "accounts.security"),
        22,
        active=("accounts:duties",),
        group="system",
    ),
    MenuItem(
        "accounts.menus",
        "菜单管理",
        "list",
        "accounts:menu_list",
        ("accounts.menus",),
        25,
        active=("accounts:menu_",),
        group="system",
        is_fixed=True,
    ),
    MenuItem(
        "accounts.departments",
        "部门管理",
        "sitemap",
        "accounts:department_list",
        ("accounts.departments",),
        30,
        active=("accounts:department_",),
        group="system",
        is_fixed=True,
    ),
    MenuItem(
        "accounts.logins",
        "登录记录",
        "login",
        "accounts:login_list",
        ("accounts.logins",),
        40,
        active=("accounts:login_",),
        group="system",
        is_fixed=True,
    ),
    MenuItem(
        "accounts.tokens",
        "接口令牌",
        "key",
        "accounts:token_list",
        ("accounts.tokens",),
        80,
        active=("accounts:token_",),
        group="system",
        is_fixed=True,
    ),
)
LOGIN = PublicPage("accounts:login", "登录", "专家、经办人和管理人员的登录入口。")
FORGOTTEN = PublicPage("accounts:forgotten", "忘记密码", "专家和入库申请人重新设置密码。")
PASSWORD = MenuItem("accounts.password", "修改密码", "key", "accounts:password", order=10)
