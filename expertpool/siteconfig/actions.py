"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("setting.change", "修改站点设置"),
    Action("setting.reset", "恢复默认设置"),
    Action("setting.trial", "测试站点设置"),
)
