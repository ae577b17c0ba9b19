"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("inspection.save", "保存年检设置"),
    Action("inspection.open", "开启年检"),
    Action("inspection.close", "结束年检"),
    Action("inspection.remove", "删除未开启的年检"),
    Action("inspection.hand_in", "提交年检"),
    Action("inspection.decide", "审核年检"),
    Action("inspection.suspend", "年检未按期提交，暂停抽取"),
    Action("inspection.lift", "恢复抽取（年检）"),
    Action("inspection.remind", "催办年检"),
    Action("inspection.carry_over", "合并档案，转入年检和续聘申请"),
    Action("renewal.ask", "申请续聘"),
    Action("renewal.decide", "审核续聘申请"),
    Action("renewal.overtake", "续聘申请已另行办理"),
)
