"""What the portal adds to the menu."""

from __future__ import annotations

from expertpool.core.registry import MenuItem

ITEM = MenuItem("portal.home", "工作台", "home", "portal:home", order=10, group="home")
