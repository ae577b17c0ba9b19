"""The menu entries of the reports app."""

from expertpool.core.registry import MenuGroup, MenuItem
from expertpool.reports.permissions import STATISTICS

GROUP = MenuGroup("statistics", "统计分析", 29)
ITEMS = (
    MenuItem(
        "statistics",
        "统计分析",
        "chart-bar",
        "reports:statistics",
        permissions=(STATISTICS,),
        order=10,
        group="statistics",
    ),
    MenuItem(
        "statistics.comparison",
        "部门对比",
        "scale",
        "reports:comparison",
        permissions=(STATISTICS,),
        order=20,
        group="statistics",
    ),
    MenuItem(
        "statistics.months",
        "部门月报",
        "calendar-stats",
        "reports:months",
        permissions=(STATISTICS,),
        order=30,
        group="statistics",
    ),
    MenuItem(
        "ledger",
        "人工操作台账",
        "list-check",
        "reports:ledger",
        permissions=("reports.ledger",),
        order=60,
        group="projects",
    ),
    MenuItem(
        "exposure",
        "曝光分析",
        "chart-dots",
        "reports:exposure",
        permissions=("reports.exposure",),
        order=70,
        active=("reports:exposure_",),
        group="projects",
    ),
)
