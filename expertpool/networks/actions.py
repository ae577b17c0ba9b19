"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("network.block", "禁止网络地址"),
    Action("network.allow", "放行网络地址"),
    Action("network.release", "解除网络地址规则"),
)
