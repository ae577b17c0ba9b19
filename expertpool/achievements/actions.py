from expertpool.audit.actions import Action

ACTIONS = (
    Action("achievement.save", "保存专家成果"),
    Action("achievement.hand_in", "提交专家成果"),
    Action("achievement.withdraw", "撤回专家成果"),
    Action("achievement.decide", "审核专家成果"),
    Action("achievement.carry_over", "合并档案，转入专家成果"),
    Action("achievement.delete", "删除专家成果"),
)
