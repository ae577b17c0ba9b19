"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("automation.save", "修改事件规则"),
    Action("automation.move", "调整事件规则的次序"),
    Action("automation.ask", "申请启用事件规则"),
    Action("automation.turn_down", "退回事件规则"),
    Action("automation.replay", "重新执行规则动作"),
    Action("automation.errand_done", "办结规则待办"),
    Action("automation.errand_ended", "自动办结规则待办"),
)
