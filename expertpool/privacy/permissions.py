from expertpool.core.permissions import Duty, Permission, PermissionGroup

READS = "privacy.reads"
PERMISSIONS = PermissionGroup(
    "privacy",
    "个人信息",
    (Permission(READS, "查看个人信息查阅登记（谁看过谁）", duty=Duty.SECURITY),),
)
