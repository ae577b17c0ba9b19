"""What a browser says about itself, in two words."""

from __future__ import annotations

# The first marker found in the User-Agent wins: browsers name those they descend from as well.
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("OpenHarmony", "鸿蒙"),
    ("Android", "安卓手机"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("QQBrowser", "QQ 浏览器"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def describe_device(user_agent: str) -> str:
    """Return ``Windows · Chrome`` for a User-Agent; 未知设备 for one that says nothing known."""
    found = [
        next((label for marker, label in known if marker in user_agent), "")
        for known in (SYSTEMS, BROWSERS)
    ]
    return " · ".join(label for label in found if label) or "未知设备"
