"""What this app writes to the log."""

from expertpool.audit.actions import Action, ValueLabel
from expertpool.notifications.enums import ChannelCode

ACTIONS = (
    Action("notifications.template_save", "修改通知模板"),
    Action("notifications.template_reset", "恢复默认通知模板"),
    Action("notifications.delete", "删除通知记录"),
    Action("notifications.search_clear", "删除他人共享的常用查询"),
    Action("notifications.resend", "重新发送通知"),
    Action("notifications.wechat_bind", "绑定微信"),
    Action("notifications.wechat_end", "解除微信绑定"),
)

# Plans and settings hold channels by their codes.
VALUES = tuple(ValueLabel(channel.value, str(channel.label)) for channel in ChannelCode)
