from expertpool.core.permissions import BuiltInRole, Duty, Permission, PermissionGroup

READS, DECIDE = "privacy.reads", "privacy.decide"
PERMISSIONS = PermissionGroup(
    "privacy",
    "个人信息",
    (
        Permission(READS, "查看个人信息查阅登记（谁看过谁）", duty=Duty.SECURITY),
        # Erasing takes two: with the administrator alone, an office with one of them could erase nothing.
        Permission(
            DECIDE,
            "答复专家的个人信息请求，申请、确认抹去个人信息",
            scoped=True,
            roles=(BuiltInRole.SUPERVISOR,),
        ),
    ),
)
