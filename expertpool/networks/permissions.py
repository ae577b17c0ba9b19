from expertpool.core.permissions import Duty, Permission, PermissionGroup

MANAGE = "networks.manage"
PERMISSIONS = PermissionGroup(
    "networks",
    "受限地址",
    (Permission(MANAGE, "管理受限地址：禁止、放行和解除", duty=Duty.SECURITY),),
)
