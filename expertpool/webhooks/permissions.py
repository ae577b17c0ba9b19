from expertpool.core.permissions import Duty, Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "webhooks",
    "事件推送",
    (Permission("webhooks.manage", "管理事件推送", duty=Duty.SYSTEM),),
)
