from expertpool.core.permissions import Permission, PermissionGroup

PERMISSIONS = PermissionGroup(
    "experts",
    "专家",
    (
        Permission("experts.view", "查看专家", scoped=True),
        Permission("experts.add", "新增专家", scoped=True),
        Permission("experts.edit", "编辑、审核、冻结专家", scoped=True),
        Permission("experts.delete", "删除和恢复专家", scoped=True),
        Permission("experts.import", "导入专家"),
        Permission("experts.export", "导出专家", scoped=True),
        Permission("experts.blacklist", "管理黑名单", scoped=True),
        Permission("experts.leave", "管理请假", scoped=True),
        Permission("experts.reveal", "查看脱敏内容的原文（须填原因）", scoped=True),
        Permission("experts.tags", "管理专家分组"),
    ),
)
