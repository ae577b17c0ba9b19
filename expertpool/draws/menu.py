"""The menu entry of the draws app."""

from expertpool.core.registry import MenuItem, MenuPage

ITEM = MenuItem(
    "draw_records",
    "抽取记录",
    "dice-5",
    "draws:list",
    permissions=("draws.view",),
    order=30,
    active=("draws:detail",),
    group="projects",
    api=("draws",),
)
# The way to a draw begins at its project.
PAGES = tuple(
    MenuPage(f"draws:{page}", "projects")
    for page in ("plan", "prequery", "exclusions", "start", "plan_versions", "widen_plan")
)
