"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("expert.open_feed", "开通日历订阅"),
    Action("expert.close_feed", "停用日历订阅"),
)
