"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("bundle.ask", "要求生成证据包"),
    Action("bundle.make", "生成证据包"),
)
