from expertpool.core.permissions import Duty, Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "siteconfig",
    "站点设置",
    (Permission("siteconfig.manage", "管理站点设置", duty=Duty.SYSTEM),),
)
