"""What this app writes to the log."""

from expertpool.audit.actions import Action

ACTIONS = (
    Action("project.create", "新增项目"),
    Action("project.update", "修改项目"),
    Action("project.submit", "提交项目审核"),
    Action("project.withdraw", "撤回项目"),
    Action("project.approve_step", "项目审批步骤"),
    Action("project.approve", "项目审核通过"),
    Action("project.reject", "项目退回"),
    Action("project.delete", "删除项目"),
    Action("project.avoidance", "修改项目回避"),
    Action("project.draw_state", "抽取状态变更"),
    Action("project.rule", "设置制度规则"),
    Action("project.option", "设置制度选项"),
    Action("project.progress", "添加项目进展"),
    Action("project.task_assign", "指派项目任务"),
    Action("project.task_complete", "完成项目任务"),
    Action("project.task_cancel", "撤销项目任务"),
    Action("project.import", "导入项目"),
    Action("project.reschedule", "项目改期"),
    Action("project.archive", "项目归档"),
    Action("project.batch_create", "新建项目批次"),
    Action("project.batch_update", "修改项目批次"),
    Action("project.batch_dissolve", "解散项目批次"),
    Action("project.batch_join", "项目加入批次"),
    Action("project.batch_leave", "项目移出批次"),
    Action("project.batch_lead", "更换批次主项目"),
)
