from expertpool.core.permissions import BuiltInRole, Duty, Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "operations",
    "运行状况",
    (
        Permission(
            "operations.view", "查看运行状况", roles=(BuiltInRole.AUDITOR,), duty=Duty.SYSTEM
        ),
        Permission("operations.manage", "处理故障、重做任务、下载支持包", duty=Duty.SYSTEM),
    ),
)
