"""What this app puts on the home page."""

from expertpool.core.registry import MenuItem

SHORTCUTS = (
    MenuItem(
        "selfservice.reviews",
        "我的评审",
        "calendar-event",
        "selfservice:reviews",
        ("experts.self",),
        100,
    ),
    MenuItem(
        "selfservice.leaves",
        "我的请假",
        "plane-departure",
        "selfservice:leaves",
        ("experts.self",),
        110,
    ),
)
