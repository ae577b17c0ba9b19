from expertpool.core.registry import MenuGroup, MenuItem

GROUP = MenuGroup("achievements", "成果管理", 25)
ITEMS = (
    MenuItem(
        "achievements",
        "成果平台",
        "award",
        "achievements:platform",
        permissions=("achievements.view",),
        order=42,
        active=("achievements:list", "achievements:detail"),
        group="achievements",
    ),
    MenuItem(
        "my_achievements",
        "我的成果",
        "award",
        "achievements:own",
        permissions=("experts.self",),
        order=52,
        active=("achievements:detail",),
        group="home",
    ),
)
