"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("monitoring.online", "查看在线用户"),
    Action("monitoring.visits", "查看访问页面记录"),
    Action("monitoring.heat", "查看活跃时段"),
    Action("monitoring.hours", "查看活跃记录"),
    Action("monitoring.region_create", "新增地域网段"),
    Action("monitoring.region_edit", "编辑地域网段"),
    Action("monitoring.region_delete", "删除地域网段"),
)
