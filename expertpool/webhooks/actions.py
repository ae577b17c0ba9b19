"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("webhook.create", "新增事件推送"),
    Action("webhook.edit", "修改事件推送"),
    Action("webhook.resend", "重发事件"),
)
