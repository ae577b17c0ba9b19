"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("customfield.add", "新增自定义字段"),
    Action("customfield.change", "修改自定义字段"),
    Action("customfield.retire", "停用自定义字段"),
    Action("customfield.restore", "重新启用自定义字段"),
    Action("customfield.arrange", "调整自定义字段的次序"),
)
