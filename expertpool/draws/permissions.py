from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "draws",
    "抽取",
    (
        Permission("draws.view", "查看抽取", scoped=True),
        Permission("draws.plan", "设置抽取方案", scoped=True),
        Permission("draws.run", "执行抽取和补抽", scoped=True),
        Permission("draws.pick", "人工抽取、专家分配", scoped=True),
        Permission("draws.confirm_picks", "确认人工抽取和分配的人选", scoped=True),
        Permission("draws.void", "作废抽取（申请、确认）", scoped=True),
        Permission("draws.release", "提前公开名单（申请、确认）", scoped=True),
        Permission("draws.contribute", "提供随机值", scoped=True),
        Permission("draws.record_reply", "登记专家答复", scoped=True),
        Permission("draws.see_exclusions", "查看排除原因", scoped=True),
        Permission("draws.names", "名单公开后查看姓名", scoped=True),
    ),
)
