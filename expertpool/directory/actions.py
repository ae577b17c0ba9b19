"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("directory.create", "新增基础资料"),
    Action("directory.update", "修改基础资料"),
    Action("directory.delete", "删除基础资料"),
    Action("directory.move", "移动专业"),
    Action("directory.merge", "合并单位"),
    Action("directory.apart", "认定不是同一单位"),
)
