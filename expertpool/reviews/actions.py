from expertpool.audit.actions import Action

ACTIONS = (
    Action("review.rule", "修改评审规则"),
    Action("review.create", "建立评审"),
    Action("review.edit", "修改评审设置"),
    Action("review.items", "修改评审对象"),
    Action("review.import", "导入评审对象"),
    Action("review.materials", "批量上传评审材料"),
    Action("review.open", "开始评审"),
    Action("review.stage", "开启评审阶段"),
    Action("review.remind", "提醒提交评分表"),
    Action("review.submit", "提交评分表"),
    Action("review.return_ask", "申请退回评分表"),
    Action("review.return", "退回评分表"),
    Action("review.return_refuse", "不同意退回评分表"),
    Action("review.leave", "评审专家退出"),
    Action("review.join", "候补专家加入评审"),
    Action("review.sign_in", "评审签到"),
    Action("review.end", "结束评审"),
)
