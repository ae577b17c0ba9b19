from expertpool.audit.actions import Action

ACTIONS = (
    Action("evaluation.form", "修改评价表"),
    Action("evaluation.open", "开始项目评价"),
    Action("evaluation.extend", "延长项目评价"),
    Action("evaluation.close", "结束项目评价"),
    Action("evaluation.rate", "评价专家"),
    Action("evaluation.rate_organiser", "评价组织单位"),
    Action("evaluation.sanction_ask", "申请警告、移入黑名单"),
    Action("evaluation.sanction", "给予警告、移入黑名单"),
    Action("evaluation.sanction_refuse", "不同意警告、移入黑名单"),
    Action("evaluation.lift_ask", "申请撤销警告"),
    Action("evaluation.lift", "撤销警告"),
    Action("evaluation.lift_refuse", "不同意撤销警告"),
    Action("evaluation.object", "申诉评价"),
    Action("evaluation.answer", "答复评价申诉"),
    Action("evaluation.object_caution", "申诉警告"),
    Action("evaluation.answer_caution", "答复警告申诉"),
)
