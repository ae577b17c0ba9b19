"""Rights over experts, from which roles choose; guarded fields are declared in `fields`."""

from __future__ import annotations

from expertpool.core.permissions import BuiltInRole as Role
from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "experts",
    "专家",
    (
        Permission(
            "experts.view",
            "查看专家",
            scoped=True,
            roles=(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR),
            keeps_veils=True,
        ),
        Permission("experts.add", "新增专家", scoped=True),
        Permission("experts.edit", "编辑、冻结专家", scoped=True),
        Permission("experts.admit", "审核专家入库", scoped=True),
        Permission("experts.delete", "删除和恢复专家", scoped=True),
        Permission("experts.import", "导入专家", roles=(Role.OPERATOR,)),
        Permission("experts.export", "导出专家", scoped=True),
        Permission("experts.blacklist", "管理黑名单", scoped=True),
        Permission("experts.leave", "管理请假", scoped=True),
        Permission(
            "experts.reveal", "查看脱敏内容的原文（须填原因）", scoped=True, keeps_veils=True
        ),
        Permission("experts.tags", "管理专家分组", scoped=True),
        Permission("experts.sharing", "设置专家共享规则", scoped=True),
    ),
)
# What an account of an expert may do with what is his own.
OWN = PermissionGroup(
    "self",
    "专家本人",
    (Permission("experts.self", "使用专家端", roles=(Role.EXPERT,), admin=False),),
)
