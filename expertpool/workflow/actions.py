"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("workflow.save", "修改审批流程"),
    Action("workflow.notice_begin", "开始公示"),
    Action("workflow.notice_end", "公示期满"),
    Action("workflow.objection", "收到公示异议"),
    Action("workflow.delegate", "委托审批"),
    Action("workflow.undelegate", "结束审批委托"),
    # What is asked for and decided, the app of the subject writes in its own words.
    Action("request.withdraw", "撤回申请"),
    Action("request.on_the_spot", "当面确认申请"),
    Action("request.code_sent", "发送确认验证码"),
    Action("request.code_wrong", "确认验证码填错"),
    Action("request.by_code", "验证码确认申请"),
    Action("request.by_app", "验证器确认申请"),
    Action("request.overtaken", "申请随事由撤回"),
    Action("request.expire", "申请逾期失效"),
)
