"""What the portal adds to the menu."""

from __future__ import annotations

from expertpool.core.registry import MenuItem, register_menu


def register() -> None:
    register_menu("home", MenuItem("portal.home", "工作台", "home", "portal:home", order=10))
