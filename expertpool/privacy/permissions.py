from expertpool.core.permissions import Duty, Permission, PermissionGroup

READS, DECIDE = "privacy.reads", "privacy.decide"
PERMISSIONS = PermissionGroup(
    "privacy",
    "个人信息",
    (
        Permission(READS, "查看个人信息查阅登记（谁看过谁）", duty=Duty.SECURITY),
        Permission(DECIDE, "答复专家的个人信息请求，申请、确认抹去个人信息", scoped=True),
    ),
)
