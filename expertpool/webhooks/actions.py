"""What this app writes to the log."""

from expertpool.audit.actions import Action, CodesOf
from expertpool.webhooks.enums import EventCode

ACTIONS = (
    Action("webhook.create", "新增事件推送"),
    Action("webhook.edit", "修改事件推送"),
    Action("webhook.resend", "重发事件"),
)
# Of an event that is no longer announced the entry keeps its code.
CODES = (CodesOf("webhooks.subscription.events", dict(EventCode.choices).get),)
