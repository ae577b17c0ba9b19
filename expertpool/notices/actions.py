from expertpool.audit.actions import Action

ACTIONS = (
    Action("notice.save", "编写专家通知"),
    Action("notice.choose", "选择专家通知的收件人"),
    Action("notice.delete", "删除专家通知草稿"),
    Action("notice.send", "发送专家通知"),
    Action("notice.remind", "提醒阅读专家通知"),
    Action("notice.withdraw", "撤回专家通知"),
    Action("notice.confirm", "确认收到专家通知"),
)
