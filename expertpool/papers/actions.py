"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("paper.upload", "上传文书模板"),
    Action("paper.enable", "启用文书模板"),
    Action("paper.disable", "停用文书模板"),
    Action("paper.remove", "删除文书模板"),
)
