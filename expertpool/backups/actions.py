"""What this app logs."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("backup.made", "备份"),
    Action("backup.ask", "要求备份"),
    Action("backup.amiss", "备份出现问题"),
    Action("backup.failed", "备份失败"),
    Action("backup.checked", "试恢复备份"),
    Action("backup.restored", "从备份恢复"),
)
