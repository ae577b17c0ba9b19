"""What the portal adds to the menu."""

from __future__ import annotations

from expertpool.core.registry import MenuItem

# Beside 修改密码, for everybody.
ACCOUNT = MenuItem("portal.account", "我的账号", "user", "portal:account", order=5)
ITEM = MenuItem(
    "portal.home", "工作台", "home", "portal:home", order=10, group="home", is_fixed=True
)
