"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("change.ask", "申请变更档案"),
    Action("change.withdraw", "撤回变更申请"),
    Action("change.decide", "核准变更申请"),
    Action("change.career", "维护工作经历"),
    Action("change.work", "维护论著成果"),
    Action("change.carry_over", "合并档案，转入工作经历和论著"),
    Action("change.photo", "更换照片"),
    Action("change.own_data", "下载本人数据"),
)
