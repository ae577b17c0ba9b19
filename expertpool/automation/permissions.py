from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

MANAGE, CONFIRM = "automation.manage", "automation.confirm"
VIEW, ERRANDS = "automation.view", "automation.errands"

PERMISSIONS = PermissionGroup(
    "automation",
    "事件规则",
    (
        Permission(MANAGE, "管理事件规则"),
        Permission(CONFIRM, "确认会改变状态的事件规则", roles=(Role.SUPERVISOR,)),
        Permission(VIEW, "查看规则的触发记录", roles=(Role.SUPERVISOR, Role.AUDITOR)),
        Permission(
            ERRANDS,
            "办理规则待办",
            roles=(Role.OPERATOR, Role.DEPARTMENT, Role.SUPERVISOR, Role.FINANCE),
        ),
    ),
)
