"""What this app writes to the log."""

from expertpool.audit.actions import Action, ValueLabel

ACTIONS = (
    Action("file.attach", "上传附件"),
    Action("file.download", "下载附件"),
    Action("file.preview", "查看附件"),
    Action("file.remove", "删除附件"),
)
VALUES = (
    ValueLabel("file", "文件"),
    ValueLabel("size", "大小（字节）"),
    ValueLabel("sha256", "SHA-256"),
)
