"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("telephone.hear", "听取通话录音"),
    Action("telephone.refused", "听取通话录音被拒绝"),
)
