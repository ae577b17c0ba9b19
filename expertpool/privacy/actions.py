from expertpool.audit.actions import Action

ACTIONS = (
    Action("privacy.request", "提出个人信息请求"),
    Action("privacy.answer", "答复个人信息请求"),
    Action("privacy.consent", "同意、撤回同意使用个人信息"),
    Action("privacy.erase_ask", "申请抹去个人信息"),
    Action("privacy.erase", "抹去个人信息"),
    Action("privacy.erase_refuse", "不同意抹去个人信息"),
    Action("privacy.forget_name", "抹去保存到期的姓名"),
)
