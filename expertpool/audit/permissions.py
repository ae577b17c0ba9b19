from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Duty, Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "audit",
    "操作日志",
    (Permission("audit.view", "查看操作日志", roles=(Role.AUDITOR,), duty=Duty.AUDIT),),
)
