"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("file.attach", "上传附件"),
    Action("file.download", "下载附件"),
    Action("file.kind", "改变附件的可见范围"),
    Action("file.preview", "查看附件"),
    Action("file.remove", "删除附件"),
    Action("file.virus", "发现病毒"),
)
