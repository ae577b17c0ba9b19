from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "workflow",
    "审批流程",
    (Permission("workflow.manage", "管理审批流程"),),
)
