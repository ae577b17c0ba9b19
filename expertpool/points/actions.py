from expertpool.audit.actions import Action

ACTIONS = (
    Action("points.entry", "记入积分"),
    Action("points.correct_ask", "申请更正积分"),
    Action("points.correct", "更正积分"),
    Action("points.correct_refuse", "不同意更正积分"),
    Action("points.create", "新增积分设置"),
    Action("points.update", "修改积分设置"),
    Action("points.delete", "删除积分设置"),
    Action("points.request", "申请专属服务"),
    Action("points.answer", "答复服务申请"),
)
