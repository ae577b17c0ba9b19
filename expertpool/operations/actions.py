"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("operations.retry_job", "重做失败的任务"),
    Action("operations.dismiss_job", "不再处理失败的任务"),
    Action("operations.bundle", "生成支持包"),
    Action("operations.acknowledge", "确认知悉运行报警"),
)
