"""The menu entry of the draws app."""

from expertpool.core.registry import MenuItem, MenuPage, PublicPage

# Who decides about draws, watches them or may object.
WATCHING = (
    "draws.void",
    "draws.release",
    "draws.confirm_steps",
    "draws.confirm_picks",
    "draws.approve_plan",
    "draws.alarms",
    "audit.view",
)
ITEM = MenuItem(
    "draw_records",
    "抽取记录",
    "dice-5",
    "draws:list",
    permissions=("draws.view",),
    order=30,
    active=("draws:detail", "draws:practice"),
    group="projects",
    api=("draws",),
    kept_for=WATCHING,
)
# The way to a draw begins at its project.
PAGES = tuple(
    MenuPage(f"draws:{page}", "projects")
    for page in ("plan", "prequery", "exclusions", "start", "plan_versions", "widen_plan")
)
PUBLIC = (
    PublicPage(
        "draws:verify",
        "核验抽取记录",
        "凭抽取编号或记录文件核验专家抽取的过程和结果，任何人都可以重新计算。",
    ),
    PublicPage(
        "draws:chain",
        "日志链条摘要",
        "操作日志链条的公开摘要，可与保存的摘要核对，发现日志被改动。",
    ),
    PublicPage("draws:replay_file", "重放抽取记录", "用公开的抽取记录逐步重放专家抽取的过程。"),
    # Of one draw: for who has its number.
    PublicPage(
        "draws:verify_draw", "一次抽取的核验", "一次专家抽取的公开记录和核验结果。", listed=False
    ),
    PublicPage("draws:public_replay", "一次抽取的重放", "逐步重放一次专家抽取。", listed=False),
)
